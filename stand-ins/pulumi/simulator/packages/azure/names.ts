import type { Request } from '../../model.ts';
import { isUnknown } from '../../values.ts';
import { addresses, token } from './addresses.ts';

/**
 * Longest names, and what they are made of (learn.microsoft.com, naming rules and restrictions for Azure resources);
 * checked before a preview, once the name is known.
 */
const patterns: Readonly<Record<string, RegExp>> = {
  'apimanagement:ApiManagementService': /^[A-Za-z](?=.{0,49}$)([\dA-Za-z-]*[\dA-Za-z])?$/,
  'authorization:RoleAssignment': /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
  'communication:CommunicationService': /^[\dA-Za-z-]{1,63}$/,
  'containerregistry:Registry': /^[\dA-Za-z]{5,50}$/,
  'containerservice:AgentPool': /^[a-z][\da-z]{0,11}$/,
  'containerservice:ManagedCluster': /^[\dA-Za-z](?=.{0,62}$)([\w-]*[\dA-Za-z])?$/,
  'cosmosdb:DatabaseAccount': /^[\da-z][\da-z-]{2,43}$/,
  'cosmosdb:SqlResourceSqlRoleAssignment': /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
  'dbforpostgresql:Server': /^(?=.{3,63}$)[\da-z]([\da-z-]*[\da-z])?$/,
  'frontdoor:Policy': /^[A-Za-z][\dA-Za-z]{0,127}$/,
  'keyvault:Secret': /^[\dA-Za-z-]{1,127}$/,
  'keyvault:Vault': /^(?=.{3,24}$)(?!.*--)[A-Za-z][\dA-Za-z-]*[\dA-Za-z]$/,
  'managedidentity:FederatedIdentityCredential': /^[\dA-Za-z][\w-]{2,119}$/,
  'managedidentity:UserAssignedIdentity': /^[\dA-Za-z][\w-]{2,127}$/,
  'monitor:ActionGroup': /^[^#<>%&:\\?/]{1,260}$/,
  'network:Subnet': /^[\dA-Za-z]([\w.-]{0,78}\w)?$/,
  'network:VirtualNetwork': /^[\dA-Za-z][\w.-]{0,62}\w$/,
  'operationalinsights:Workspace': /^[\dA-Za-z][\dA-Za-z-]{2,61}[\dA-Za-z]$/,
  'redisenterprise:RedisEnterprise': /^(?=.{1,60}$)(?!.*--)[\dA-Za-z]([\dA-Za-z-]*[\dA-Za-z])?$/,
  'resources:ResourceGroup': /^(?=.{1,90}$)[\w().-]*[\w()-]$/,
  'servicebus:Namespace': /^(?!.*(-sb|-mgmt)$)[A-Za-z][\dA-Za-z-]{4,48}[\dA-Za-z]$/,
  'servicebus:Subscription': /^[\dA-Za-z]([\w.-]{0,48}[\dA-Za-z])?$/,
  'servicebus:Topic': /^[\dA-Za-z]([\w./-]{0,258}[\dA-Za-z])?$/,
  'storage:BlobContainer': /^(\$web|\$root|(?!.*--)[\da-z](?=.{2,62}$)[\da-z-]*[\da-z])$/,
  'storage:StorageAccount': /^[\da-z]{3,24}$/,
  'web:AppServicePlan': /^[\w-]{1,60}$/,
  'web:WebApp': /^[\dA-Za-z](?=.{1,59}$)[\dA-Za-z-]*[\dA-Za-z]$/,
};

export function checkName({ type, inputs }: Request): string[] {
  const pattern = patterns[type.slice(token('').length)];
  const property = addresses.get(type)?.parts.at(-1) ?? '';
  const name = inputs[property];
  if (!pattern || typeof name !== 'string' || isUnknown(name) || pattern.test(name)) return [];
  return [`InvalidResourceName: ${property} '${name}' of ${type} does not match ${pattern}`];
}
