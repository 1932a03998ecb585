import type { PlatformConfig } from '../../components/config/load.ts';
import * as prices from './azure-prices.ts';
import { byUse, type CloudCost, free, type Line, priced, type Use } from './estimate.ts';

const ofItsOwn = 'it costs nothing by itself';
const permission = 'permissions cost nothing';
const network = 'costs nothing without traffic';

const caches = { learn: { size: 'Balanced_B0', nodes: 1 }, production: { size: 'Balanced_B3', nodes: 2 } };

export const azure: CloudCost = {
  billing: {
    'azure-native:apimanagement:Api': free(ofItsOwn),
    'azure-native:apimanagement:ApiDiagnostic': free(ofItsOwn),
    'azure-native:apimanagement:ApiManagementService': priced('gateway'),
    'azure-native:apimanagement:ApiOperation': free(ofItsOwn),
    'azure-native:apimanagement:ApiPolicy': free(ofItsOwn),
    'azure-native:apimanagement:Backend': free(ofItsOwn),
    'azure-native:apimanagement:Logger': free(ofItsOwn),
    'azure-native:apimanagement:NamedValue': free(ofItsOwn),
    'azure-native:apimanagement:Policy': free(ofItsOwn),
    'azure-native:applicationinsights:Component': byUse('gigabytes'),
    'azure-native:applicationinsights:Workbook': free(ofItsOwn),
    'azure-native:authorization:RoleAssignment': free(permission),
    'azure-native:cdn:AFDEndpoint': free('of the profile'),
    'azure-native:cdn:AFDOrigin': free('of the profile'),
    'azure-native:cdn:AFDOriginGroup': free('of the profile'),
    'azure-native:cdn:Profile': priced('firewall'),
    'azure-native:cdn:Route': free('of the profile'),
    'azure-native:cdn:SecurityPolicy': free('of the profile'),
    'azure-native:communication:CommunicationService': byUse('mails and messages'),
    'azure-native:communication:Domain': free(ofItsOwn),
    'azure-native:communication:EmailService': byUse('mails'),
    'azure-native:consumption:Budget': free(ofItsOwn),
    'azure-native:containerregistry:Registry': priced('registry'),
    'azure-native:containerservice:ManagedCluster': priced('cluster'),
    'azure-native:cosmosdb:DatabaseAccount': byUse('request units and gigabytes: it is serverless'),
    'azure-native:cosmosdb:SqlResourceSqlContainer': byUse('request units and gigabytes'),
    'azure-native:cosmosdb:SqlResourceSqlDatabase': free(ofItsOwn),
    'azure-native:cosmosdb:SqlResourceSqlRoleAssignment': free(permission),
    'azure-native:dbforpostgresql:Configuration': free(ofItsOwn),
    'azure-native:dbforpostgresql:Server': priced('database'),
    'azure-native:keyvault:Secret': byUse('operations'),
    'azure-native:keyvault:Vault': byUse('operations'),
    'azure-native:managedidentity:FederatedIdentityCredential': free(permission),
    'azure-native:managedidentity:UserAssignedIdentity': free(permission),
    'azure-native:monitor:ActionGroup': byUse('mails'),
    'azure-native:monitor:DataCollectionRule': free(ofItsOwn),
    'azure-native:monitor:DataCollectionRuleAssociation': free(ofItsOwn),
    'azure-native:monitor:MetricAlert': priced('monitoring'),
    'azure-native:network:NatGateway': priced('network'),
    'azure-native:network:NetworkSecurityGroup': free(permission),
    'azure-native:network:PrivateDnsZoneGroup': free(ofItsOwn),
    'azure-native:network:PrivateEndpoint': priced('cache'),
    'azure-native:network:PublicIPAddress': priced('network'),
    'azure-native:network:Subnet': free(network),
    'azure-native:network:VirtualNetwork': free(network),
    'azure-native:operationalinsights:Workspace': byUse('gigabytes'),
    'azure-native:redisenterprise:Database': free('of the cache'),
    'azure-native:redisenterprise:RedisEnterprise': priced('cache'),
    'azure-native:resources:Deployment': free(ofItsOwn),
    'azure-native:resources:ResourceGroup': free(ofItsOwn),
    'azure-native:servicebus:DefaultRule': free(ofItsOwn),
    'azure-native:servicebus:Namespace': priced('messaging'),
    'azure-native:servicebus:Subscription': byUse('operations'),
    'azure-native:servicebus:Topic': byUse('operations'),
    'azure-native:storage:Blob': byUse('gigabytes'),
    'azure-native:storage:BlobContainer': byUse('gigabytes'),
    'azure-native:storage:StorageAccount': byUse('gigabytes and operations'),
    'azure-native:storage:StorageAccountStaticWebsite': free(ofItsOwn),
    'azure-native:web:AppServicePlan': byUse('executions: Flex Consumption'),
    'azure-native:web:WebApp': byUse('executions: Flex Consumption'),
  },
  lines: (config) => {
    const production = config.profile === 'production';
    const copies = production ? 2 : 1;
    const cache = caches[config.profile];
    return [
      ...(production
        ? [{ component: 'cluster', what: 'AKS with its promise', count: 1, price: prices.clusterStandard }]
        : []),
      {
        component: 'cluster',
        what: `${config.nodeSize} nodes`,
        count: config.nodeCount,
        price: prices.machines[config.nodeSize],
      },
      { component: 'cluster', what: 'disks of the nodes', count: config.nodeCount, price: prices.nodeDisk },
      { component: 'network', what: 'load balancer', count: 1, price: prices.balancer },
      { component: 'network', what: 'public addresses', count: 2, price: prices.publicAddress },
      ...nat(config),
      {
        component: 'database',
        what: `PostgreSQL ${config.databaseSize}`,
        count: copies,
        price: prices.databases[config.databaseSize],
      },
      { component: 'messaging', what: 'Service Bus Standard', count: 1, price: prices.messaging },
      {
        component: 'cache',
        what: `Managed Redis ${cache.size}`,
        count: cache.nodes,
        price: prices.caches[cache.size],
      },
      { component: 'cache', what: 'its private endpoint', count: 1, price: prices.privateEndpoint },
      { component: 'registry', what: 'registry', count: 1, price: prices.registries[config.profile] },
      ...(production
        ? [
            {
              component: 'gateway',
              what: 'API Management Standard v2',
              count: 1,
              price: prices.gatewayStandard,
            },
          ]
        : []),
      ...(config.waf
        ? [{ component: 'firewall', what: 'Front Door Premium', count: 1, price: undefined }]
        : []),
      { component: 'monitoring', what: 'alarms', count: 1, price: undefined },
    ];
  },
  uses,
};

function nat(config: PlatformConfig): Line[] {
  if (config.nat === 'none') return [];
  return [{ component: 'network', what: 'NAT gateway', count: 1, price: undefined }];
}

/** A million orders, as on AWS (aws.ts). */
function uses(): Use[] {
  const operations = 5 + 7 * 2;
  return [
    {
      what: 'operations of messaging',
      amount: operations,
      because:
        '5 published, 7 received and settled an order; the first thirteen million a month are included',
      price: prices.messages,
    },
    { what: 'executions of functions', amount: 13, because: '13 an order', price: undefined },
    { what: 'request units', amount: 1, because: 'not measured', price: undefined },
    {
      what: 'gigabytes of logs',
      amount: 10,
      because: '10 kB an order, which is assumed',
      price: prices.logs,
    },
  ];
}
