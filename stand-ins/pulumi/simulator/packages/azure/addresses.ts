import { createHash } from 'node:crypto';
import type { CloudObject, SimulatedCloud } from '../../cloud.ts';
import type { Request } from '../../model.ts';
import type { Values } from '../../values.ts';

/** The subscription, tenant and user of everything that is made. */
export const subscription = '5f0c1a5e-0000-4000-8000-000000000001';
export const tenant = '5f0c1a5e-0000-4000-8000-000000000002';
export const deployer = '5f0c1a5e-0000-4000-8000-000000000003';

export const token = (name: string) => `azure-native:${name}`;
const inGroup = '/subscriptions/{subscription}/resourceGroups/{resourceGroupName}';

/** Where Azure's Resource Manager keeps an object: below its group, unless the path begins with a slash or a scope. */
const paths: Readonly<Record<string, string>> = {
  'apimanagement:Api': 'Microsoft.ApiManagement/service/{serviceName}/apis/{apiId}',
  'apimanagement:ApiDiagnostic':
    'Microsoft.ApiManagement/service/{serviceName}/apis/{apiId}/diagnostics/{diagnosticId}',
  'apimanagement:ApiManagementService': 'Microsoft.ApiManagement/service/{serviceName}',
  'apimanagement:ApiOperation':
    'Microsoft.ApiManagement/service/{serviceName}/apis/{apiId}/operations/{operationId}',
  'apimanagement:ApiOperationPolicy':
    'Microsoft.ApiManagement/service/{serviceName}/apis/{apiId}/operations/{operationId}/policies/{policyId}',
  'apimanagement:ApiPolicy': 'Microsoft.ApiManagement/service/{serviceName}/apis/{apiId}/policies/{policyId}',
  'apimanagement:Backend': 'Microsoft.ApiManagement/service/{serviceName}/backends/{backendId}',
  'apimanagement:Diagnostic': 'Microsoft.ApiManagement/service/{serviceName}/diagnostics/{diagnosticId}',
  'apimanagement:Logger': 'Microsoft.ApiManagement/service/{serviceName}/loggers/{loggerId}',
  'apimanagement:NamedValue': 'Microsoft.ApiManagement/service/{serviceName}/namedValues/{namedValueId}',
  'apimanagement:Policy': 'Microsoft.ApiManagement/service/{serviceName}/policies/{policyId}',
  'apimanagement:PolicyFragment': 'Microsoft.ApiManagement/service/{serviceName}/policyFragments/{id}',
  'applicationinsights:Component': 'Microsoft.Insights/components/{resourceName}',
  'applicationinsights:Workbook': 'Microsoft.Insights/workbooks/{resourceName}',
  'authorization:ManagementLockByScope': '{scope}/providers/Microsoft.Authorization/locks/{lockName}',
  'authorization:RoleAssignment':
    '{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}',
  'authorization:RoleDefinition':
    '{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}',
  'cdn:AFDEndpoint': 'Microsoft.Cdn/profiles/{profileName}/afdEndpoints/{endpointName}',
  'cdn:AFDOrigin': 'Microsoft.Cdn/profiles/{profileName}/originGroups/{originGroupName}/origins/{originName}',
  'cdn:AFDOriginGroup': 'Microsoft.Cdn/profiles/{profileName}/originGroups/{originGroupName}',
  'cdn:Profile': 'Microsoft.Cdn/profiles/{profileName}',
  'cdn:Route': 'Microsoft.Cdn/profiles/{profileName}/afdEndpoints/{endpointName}/routes/{routeName}',
  'cdn:SecurityPolicy': 'Microsoft.Cdn/profiles/{profileName}/securityPolicies/{securityPolicyName}',
  'communication:CommunicationService':
    'Microsoft.Communication/communicationServices/{communicationServiceName}',
  'communication:Domain': 'Microsoft.Communication/emailServices/{emailServiceName}/domains/{domainName}',
  'communication:EmailService': 'Microsoft.Communication/emailServices/{emailServiceName}',
  'communication:SenderUsername':
    'Microsoft.Communication/emailServices/{emailServiceName}/domains/{domainName}/senderUsernames/{senderUsername}',
  'consumption:Budget': '{scope}/providers/Microsoft.Consumption/budgets/{budgetName}',
  'containerregistry:Registry': 'Microsoft.ContainerRegistry/registries/{registryName}',
  'containerregistry:ScopeMap':
    'Microsoft.ContainerRegistry/registries/{registryName}/scopeMaps/{scopeMapName}',
  'containerregistry:Token': 'Microsoft.ContainerRegistry/registries/{registryName}/tokens/{tokenName}',
  'containerservice:AgentPool':
    'Microsoft.ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}',
  'containerservice:MaintenanceConfiguration':
    'Microsoft.ContainerService/managedClusters/{resourceName}/maintenanceConfigurations/{configName}',
  'containerservice:ManagedCluster': 'Microsoft.ContainerService/managedClusters/{resourceName}',
  'cosmosdb:DatabaseAccount': 'Microsoft.DocumentDB/databaseAccounts/{accountName}',
  'cosmosdb:SqlResourceSqlContainer':
    'Microsoft.DocumentDB/databaseAccounts/{accountName}/sqlDatabases/{databaseName}/containers/{containerName}',
  'cosmosdb:SqlResourceSqlDatabase':
    'Microsoft.DocumentDB/databaseAccounts/{accountName}/sqlDatabases/{databaseName}',
  'cosmosdb:SqlResourceSqlRoleAssignment':
    'Microsoft.DocumentDB/databaseAccounts/{accountName}/sqlRoleAssignments/{roleAssignmentId}',
  'cosmosdb:SqlResourceSqlRoleDefinition':
    'Microsoft.DocumentDB/databaseAccounts/{accountName}/sqlRoleDefinitions/{roleDefinitionId}',
  'dbforpostgresql:Configuration':
    'Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/configurations/{configurationName}',
  'dbforpostgresql:Database':
    'Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/databases/{databaseName}',
  'dbforpostgresql:FirewallRule':
    'Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/firewallRules/{firewallRuleName}',
  'dbforpostgresql:Server': 'Microsoft.DBforPostgreSQL/flexibleServers/{serverName}',
  'frontdoor:Policy': 'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies/{policyName}',
  'keyvault:Key': 'Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}',
  'keyvault:Secret': 'Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}',
  'keyvault:Vault': 'Microsoft.KeyVault/vaults/{vaultName}',
  'managedidentity:FederatedIdentityCredential':
    'Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}',
  'managedidentity:UserAssignedIdentity': 'Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}',
  'monitor:ActionGroup': 'Microsoft.Insights/actionGroups/{actionGroupName}',
  'monitor:DataCollectionRule': 'Microsoft.Insights/dataCollectionRules/{dataCollectionRuleName}',
  'monitor:DataCollectionRuleAssociation':
    '{resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/{associationName}',
  'monitor:DiagnosticSetting': '{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}',
  'monitor:MetricAlert': 'Microsoft.Insights/metricAlerts/{ruleName}',
  'monitor:ScheduledQueryRule': 'Microsoft.Insights/scheduledQueryRules/{ruleName}',
  'network:NatGateway': 'Microsoft.Network/natGateways/{natGatewayName}',
  'network:NetworkSecurityGroup': 'Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}',
  'network:PrivateDnsZoneGroup':
    'Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}',
  'network:PrivateEndpoint': 'Microsoft.Network/privateEndpoints/{privateEndpointName}',
  'network:PublicIPAddress': 'Microsoft.Network/publicIPAddresses/{publicIpAddressName}',
  'network:SecurityRule':
    'Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}/securityRules/{securityRuleName}',
  'network:Subnet': 'Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}',
  'network:VirtualNetwork': 'Microsoft.Network/virtualNetworks/{virtualNetworkName}',
  'operationalinsights:Table': 'Microsoft.OperationalInsights/workspaces/{workspaceName}/tables/{tableName}',
  'operationalinsights:Workspace': 'Microsoft.OperationalInsights/workspaces/{workspaceName}',
  'portal:Dashboard': 'Microsoft.Portal/dashboards/{dashboardName}',
  'privatedns:PrivateZone': 'Microsoft.Network/privateDnsZones/{privateZoneName}',
  'privatedns:VirtualNetworkLink':
    'Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}',
  'redisenterprise:AccessPolicyAssignment':
    'Microsoft.Cache/redisEnterprise/{clusterName}/databases/{databaseName}/accessPolicyAssignments/{accessPolicyAssignmentName}',
  'redisenterprise:Database': 'Microsoft.Cache/redisEnterprise/{clusterName}/databases/{databaseName}',
  'redisenterprise:RedisEnterprise': 'Microsoft.Cache/redisEnterprise/{clusterName}',
  'resources:Deployment': 'Microsoft.Resources/deployments/{deploymentName}',
  'resources:ResourceGroup': inGroup,
  'servicebus:DefaultRule':
    'Microsoft.ServiceBus/namespaces/{namespaceName}/topics/{topicName}/subscriptions/{subscriptionName}/rules/$Default',
  'servicebus:Namespace': 'Microsoft.ServiceBus/namespaces/{namespaceName}',
  'servicebus:NamespaceNetworkRuleSet':
    'Microsoft.ServiceBus/namespaces/{namespaceName}/networkRuleSets/default',
  'servicebus:Queue': 'Microsoft.ServiceBus/namespaces/{namespaceName}/queues/{queueName}',
  'servicebus:Rule':
    'Microsoft.ServiceBus/namespaces/{namespaceName}/topics/{topicName}/subscriptions/{subscriptionName}/rules/{ruleName}',
  'servicebus:Subscription':
    'Microsoft.ServiceBus/namespaces/{namespaceName}/topics/{topicName}/subscriptions/{subscriptionName}',
  'servicebus:Topic': 'Microsoft.ServiceBus/namespaces/{namespaceName}/topics/{topicName}',
  'storage:Blob':
    'Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}/blobs/{blobName}',
  'storage:BlobContainer':
    'Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}',
  'storage:BlobServiceProperties': 'Microsoft.Storage/storageAccounts/{accountName}/blobServices/default',
  'storage:ManagementPolicy': 'Microsoft.Storage/storageAccounts/{accountName}/managementPolicies/default',
  'storage:StorageAccount': 'Microsoft.Storage/storageAccounts/{accountName}',
  'storage:StorageAccountStaticWebsite': 'Microsoft.Storage/storageAccounts/{accountName}/staticWebsite',
  'web:AppServicePlan': 'Microsoft.Web/serverFarms/{name}',
  'web:StaticSite': 'Microsoft.Web/staticSites/{name}',
  'web:WebApp': 'Microsoft.Web/sites/{name}',
  'web:WebAppApplicationSettings': 'Microsoft.Web/sites/{name}/config/appsettings',
};

export interface Address {
  readonly type: string;
  /** With `{…}` for each input that is part of it. */
  readonly path: string;
  /** The inputs that are part of it; the last one names the object itself, unless its name is fixed. */
  readonly parts: readonly string[];
  readonly isNamed: boolean;
}

function addressOf([name, path]: readonly [string, string]): Address {
  const whole = /^[/{]/.test(path) ? path : `${inGroup}/providers/${path}`;
  const parts = [...whole.matchAll(/\{(\w+)\}/g)].map(([, part = '']) => part);
  return {
    type: token(name),
    path: whole,
    parts: parts.filter((part) => part !== 'subscription'),
    isNamed: whole.endsWith('}'),
  };
}

export const addresses: ReadonlyMap<string, Address> = new Map(
  Object.entries(paths).map((entry) => [token(entry[0]), addressOf(entry)]),
);

const fill = (path: string, inputs: Values) =>
  path.replaceAll(/\{(\w+)\}/g, (_, part: string) =>
    part === 'subscription' ? subscription : String(inputs[part] ?? ''),
  );

export function idOf({ type, inputs, cloud }: Request): string {
  const address = addresses.get(type);
  return address ? fill(address.path, inputs) : `/unknown/${cloud.random(12)}`;
}

/** `Microsoft.Web/sites`, as outputs name the type. */
export const armTypeOf = (id: string): string => {
  const [, last = 'Microsoft.Resources/resourceGroups'] = /.*\/providers\/(.*)$/.exec(id) ?? [];
  const [provider = '', ...rest] = last.split('/');
  return [provider, ...rest.filter((_, index) => index % 2 === 0)].join('/');
};

/** Azure does not tell capitals from small letters in an id. */
export const sameId = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

export const findById = (cloud: SimulatedCloud, id: unknown): CloudObject | undefined =>
  typeof id === 'string' ? cloud.objects().find((object) => sameId(object.id, id)) : undefined;

/** One that is always the same for the same thing. */
export function guidOf(...parts: readonly string[]): string {
  const digits = createHash('sha256').update(parts.join('|')).digest('hex');
  return uuid(digits);
}

export const uuid = (digits: string): string =>
  digits.padEnd(32, '0').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5');
