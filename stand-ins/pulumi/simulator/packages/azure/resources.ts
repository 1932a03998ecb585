import type { Made, Request, ResourceModel } from '../../model.ts';
import { isObject, type Values } from '../../values.ts';
import { addresses, guidOf, subscription, tenant, token, uuid } from './addresses.ts';

/** Names, force-new properties, defaults and outputs that mean something, of the types in use here. */

const text = (value: unknown) => String(value ?? '');
/** Parts of what was given, with what Azure adds within it. */
const within = (made: Made, property: string, added: Values): Values => ({
  [property]: { ...(isObject(made.inputs[property]) ? made.inputs[property] : {}), ...added },
});
/** An identity of its own, which roles are given to. */
const identityOf = (made: Made): Values =>
  isObject(made.inputs.identity)
    ? within(made, 'identity', { principalId: guidOf(made.id, 'principal'), tenantId: tenant })
    : {};

/** Everybody's names are one space: two subscriptions cannot have the same. */
const worldwide = (property: string): Pick<ResourceModel, 'unique'> => ({
  unique: ({ inputs }) => text(inputs[property]).toLowerCase(),
});

const ofCluster = (made: Made): Values => {
  const name = text(made.inputs.resourceName);
  const [digits, region] = [guidOf(made.id).slice(0, 8), text(made.inputs.location)];
  const prefix = text(made.inputs.dnsPrefix ?? name);
  const group = text(
    made.inputs.nodeResourceGroup ?? `MC_${text(made.inputs.resourceGroupName)}_${name}_${region}`,
  );
  const kubelet = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}-agentpool`;
  const profile = {
    resourceId: kubelet,
    objectId: guidOf(made.id, 'kubelet'),
    clientId: guidOf(made.id, 'client'),
  };
  return {
    ...identityOf(made),
    fqdn: `${prefix}-${digits}.hcp.${region}.azmk8s.io`,
    nodeResourceGroup: group,
    identityProfile: { kubeletidentity: profile },
    ...within(made, 'oidcIssuerProfile', {
      issuerURL: `https://${region}.oic.prod-aks.azure.com/${tenant}/${guidOf(made.id, 'issuer')}/`,
    }),
  };
};

const ofStorage = (made: Made): Values => {
  const name = text(made.inputs.accountName);
  const services = ['blob', 'dfs', 'file', 'queue', 'table'].map((service) => [
    service,
    `https://${name}.${service}.core.windows.net/`,
  ]);
  return {
    ...identityOf(made),
    primaryEndpoints: { ...Object.fromEntries(services), web: `https://${name}.z6.web.core.windows.net/` },
  };
};

const ofSecret = (made: Made): Values => {
  const uri = `https://${text(made.inputs.vaultName)}.vault.azure.net/secrets/${text(made.inputs.secretName)}`;
  return within(made, 'properties', {
    secretUri: uri,
    secretUriWithVersion: `${uri}/${guidOf(uri, JSON.stringify(made.inputs.properties)).replaceAll('-', '')}`,
  });
};

/**
 * By type, what `resources` adds to a path. Its force-new properties are those of the provider beside the parts of a
 * path and the place (pulumi-azure-native, provider/pkg/gen/replacement.go), and those that Azure lets nobody change.
 */
const models: Readonly<Record<string, ResourceModel>> = {
  'apimanagement:ApiManagementService': {
    ...worldwide('serviceName'),
    outputs: (made) => ({
      ...identityOf(made),
      gatewayUrl: `https://${text(made.inputs.serviceName)}.azure-api.net`,
      publicIPAddresses: ['198.51.100.20'],
    }),
  },
  'applicationinsights:Component': {
    outputs: ({ id, inputs }) => ({
      appId: guidOf(id),
      instrumentationKey: guidOf(id, 'key'),
      connectionString: `InstrumentationKey=${guidOf(id, 'key')};IngestionEndpoint=https://${text(inputs.location)}.in.applicationinsights.azure.com/`,
    }),
  },
  'authorization:RoleAssignment': { forceNew: ['principalId', 'scope', 'roleDefinitionId'] },
  'cdn:AFDEndpoint': {
    outputs: ({ id, inputs }) => ({
      hostName: `${text(inputs.endpointName)}-${guidOf(id).slice(0, 8)}.z01.azurefd.net`,
    }),
  },
  'cdn:Profile': { outputs: (made) => ({ ...identityOf(made), frontDoorId: guidOf(made.id) }) },
  'communication:CommunicationService': {
    ...worldwide('communicationServiceName'),
    forceNew: ['dataLocation'],
    outputs: ({ inputs }) => ({
      hostName: `${text(inputs.communicationServiceName)}.europe.communication.azure.com`,
    }),
  },
  'communication:Domain': {
    forceNew: ['domainManagement'],
    outputs: ({ id, inputs }) => {
      const sender =
        inputs.domainManagement === 'AzureManaged' ? `${guidOf(id)}.azurecomm.net` : text(inputs.domainName);
      return { fromSenderDomain: sender, mailFromSenderDomain: sender };
    },
  },
  'containerregistry:Registry': {
    ...worldwide('registryName'),
    outputs: (made) => ({
      ...identityOf(made),
      loginServer: `${text(made.inputs.registryName).toLowerCase()}.azurecr.io`,
    }),
  },
  'containerservice:AgentPool': { forceNew: ['vmSize', 'osDiskSizeGB', 'osDiskType', 'vnetSubnetID'] },
  'containerservice:ManagedCluster': {
    forceNew: [
      'dnsPrefix',
      'fqdnSubdomain',
      'linuxProfile',
      'nodeResourceGroup',
      'diskEncryptionSetID',
      ...[
        'networkDataplane',
        'networkPlugin',
        'networkPluginMode',
        'networkPolicy',
        'outboundType',
        'podCidr',
        'serviceCidr',
        'dnsServiceIP',
      ].map((name) => `networkProfile.${name}`),
    ],
    outputs: ofCluster,
  },
  'cosmosdb:DatabaseAccount': {
    ...worldwide('accountName'),
    forceNew: ['kind'],
    outputs: (made) => ({
      ...identityOf(made),
      documentEndpoint: `https://${text(made.inputs.accountName)}.documents.azure.com:443/`,
    }),
  },
  'cosmosdb:SqlResourceSqlContainer': { forceNew: ['resource.partitionKey', 'resource.uniqueKeyPolicy'] },
  'cosmosdb:SqlResourceSqlRoleAssignment': { forceNew: ['principalId', 'scope', 'roleDefinitionId'] },
  'dbforpostgresql:Configuration': { exclusive: ofServer },
  'dbforpostgresql:Database': { exclusive: ofServer, forceNew: ['charset', 'collation'] },
  'dbforpostgresql:FirewallRule': { exclusive: ofServer },
  'dbforpostgresql:Server': {
    ...worldwide('serverName'),
    forceNew: ['administratorLogin', 'network.delegatedSubnetResourceId'],
    outputs: ({ inputs }) => ({
      fullyQualifiedDomainName: `${text(inputs.serverName)}.postgres.database.azure.com`,
      state: 'Ready',
    }),
  },
  'keyvault:Secret': { outputs: ofSecret },
  'keyvault:Vault': {
    ...worldwide('vaultName'),
    outputs: (made) =>
      within(made, 'properties', { vaultUri: `https://${text(made.inputs.vaultName)}.vault.azure.net/` }),
  },
  'managedidentity:FederatedIdentityCredential': {
    exclusive: ({ inputs }) => `the identity ${text(inputs.resourceName)}`,
  },
  'managedidentity:UserAssignedIdentity': {
    outputs: ({ id }) => ({
      clientId: guidOf(id, 'client'),
      principalId: guidOf(id, 'principal'),
      tenantId: tenant,
    }),
  },
  'network:PrivateEndpoint': { forceNew: ['subnet', 'privateLinkServiceConnections'] },
  'network:PublicIPAddress': {
    forceNew: ['publicIPAddressVersion', 'publicIPPrefix', 'sku'],
    outputs: (made) => {
      const { dnsSettings, location } = made.inputs;
      const label = isObject(dnsSettings) ? dnsSettings.domainNameLabel : undefined;
      return {
        ipAddress: '198.51.100.21',
        ...(label !== undefined &&
          within(made, 'dnsSettings', { fqdn: `${text(label)}.${text(location)}.cloudapp.azure.com` })),
      };
    },
  },
  'operationalinsights:Workspace': { outputs: ({ id }) => ({ customerId: guidOf(id) }) },
  'redisenterprise:Database': { forceNew: ['clusteringPolicy'], outputs: () => ({ port: 10_000 }) },
  'redisenterprise:RedisEnterprise': {
    ...worldwide('clusterName'),
    outputs: ({ inputs }) => ({
      hostName: `${text(inputs.clusterName)}.${text(inputs.location)}.redis.azure.net`,
    }),
  },
  'servicebus:Namespace': {
    ...worldwide('namespaceName'),
    outputs: (made) => ({
      ...identityOf(made),
      serviceBusEndpoint: `https://${text(made.inputs.namespaceName)}.servicebus.windows.net:443/`,
    }),
  },
  'servicebus:Queue': {
    forceNew: ['requiresDuplicateDetection', 'requiresSession', 'enablePartitioning'],
  },
  'servicebus:Subscription': { forceNew: ['requiresSession'] },
  'servicebus:Topic': { forceNew: ['requiresDuplicateDetection', 'enablePartitioning'] },
  'storage:Blob': {
    forceNew: ['source', 'type', 'contentMd5'],
    outputs: ({ inputs }) => ({
      url: `https://${text(inputs.accountName)}.blob.core.windows.net/${text(inputs.containerName)}/${text(inputs.blobName)}`,
    }),
  },
  'storage:StorageAccount': {
    ...worldwide('accountName'),
    forceNew: ['isHnsEnabled', 'kind'],
    outputs: ofStorage,
  },
  'storage:StorageAccountStaticWebsite': { outputs: () => ({ containerName: '$web' }) },
  'web:AppServicePlan': { outputs: (made) => identityOf(made) },
  'web:StaticSite': {
    outputs: ({ id }) => ({ defaultHostname: `site-${guidOf(id).slice(0, 8)}.azurestaticapps.net` }),
  },
  'web:WebApp': {
    ...worldwide('name'),
    forceNew: ['kind'],
    outputs: (made) => ({
      ...identityOf(made),
      defaultHostName: `${text(made.inputs.name)}.azurewebsites.net`,
      hostNames: [`${text(made.inputs.name)}.azurewebsites.net`],
    }),
  },
};

function ofServer({ inputs }: Request): string {
  return `the server ${text(inputs.serverName)} (ServerBusy)`;
}

/** As the provider names what the program does not (pulumi-azure-native, AutoNamer). */
function autoNaming(path: string, name: string): Pick<ResourceModel, 'autoName' | 'autoNamed'> {
  if (/^(roleAssignmentName|roleDefinitionId|roleAssignmentId)$/.test(name))
    return { autoName: name, autoNamed: (_, digits) => uuid(digits) };
  const own = path.split('/providers/').at(-1) ?? '';
  const isTop =
    name === 'endpointName' || (own.match(/\{/g) ?? []).length === 1 || !path.includes('/providers/');
  return {
    autoName: name,
    autoNamed: (logical, digits) => (isTop ? `${logical}${digits.slice(0, 8)}` : logical),
  };
}

export const azureResources: Readonly<Record<string, ResourceModel>> = Object.fromEntries(
  [...addresses].map(([type, { path, parts, isNamed }]) => {
    const name = parts.at(-1) ?? '';
    const own = models[type.slice(token('').length)] ?? {};
    const isRandom = ({ name: logical, inputs }: Request) =>
      new RegExp(`^${logical}[0-9a-f]{8}$`).test(text(inputs[name]));
    const model: ResourceModel = {
      ...(isNamed && autoNaming(path, name)),
      // What bears a name of the program's cannot be there twice.
      deleteBeforeReplace: (request) => !isNamed || !isRandom(request),
      ...own,
      forceNew: [...parts, 'location', ...(own.forceNew ?? [])],
    };
    return [type, model];
  }),
);
