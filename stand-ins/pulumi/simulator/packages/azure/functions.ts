import { createHash } from 'node:crypto';
import type { CloudObject } from '../../cloud.ts';
import type { Context, PackageModel } from '../../model.ts';
import { at, type Values } from '../../values.ts';
import { deployer, guidOf, subscription, tenant, token } from './addresses.ts';

const secretOf = (object: CloudObject, which: string) =>
  createHash('sha256').update(`${object.id}|${which}`).digest('base64');

/** @throws Error where there is no such object, as Azure has it */
function named({ cloud }: Context, type: string, input: string, args: Values): CloudObject {
  const found = cloud
    .objects(token(type))
    .find(
      ({ inputs }) => inputs[input] === args[input] && inputs.resourceGroupName === args.resourceGroupName,
    );
  if (!found) throw new Error(`ResourceNotFound: there is no ${type} ${String(args[input])}`);
  return found;
}

/** As Azure writes it, in YAML: with an Entra ID `kubelogin` asks who somebody is, else everybody has the same certificate. */
function kubeconfig(cluster: CloudObject, isAdmin: boolean): string {
  const usesEntra = cluster.inputs.aadProfile !== undefined && !isAdmin;
  const user = usesEntra
    ? ['exec:', '  apiVersion: client.authentication.k8s.io/v1beta1', '  command: kubelogin']
    : [
        `client-certificate-data: ${secretOf(cluster, 'certificate')}`,
        `client-key-data: ${secretOf(cluster, 'key')}`,
      ];
  const name = String(cluster.inputs.resourceName);
  return `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: ${secretOf(cluster, 'authority')}
    server: https://${String(cluster.outputs.fqdn)}:443
  name: ${name}
contexts:
- context:
    cluster: ${name}
    user: user
  name: ${name}
current-context: ${name}
users:
- name: user
  user:
${user.map((line) => `    ${line}`).join('\n')}
`;
}

const credentials = (isAdmin: boolean) => (args: Values, context: Context) => {
  const cluster = named(context, 'containerservice:ManagedCluster', 'resourceName', args);
  if (isAdmin && cluster.inputs.disableLocalAccounts === true)
    throw new Error('BadRequest: getting admin credentials is not allowed, for local accounts are disabled');
  const value = Buffer.from(kubeconfig(cluster, isAdmin)).toString('base64');
  return { kubeconfigs: [{ name: isAdmin ? 'clusterAdmin' : 'clusterUser', value }] };
};

/** Look-ups of the SDK (`authorization.getClientConfig()`). */
export const azureFunctions: PackageModel['functions'] = {
  [token('authorization:getClientConfig')]: () => ({
    clientId: guidOf('client'),
    objectId: deployer,
    subscriptionId: subscription,
    tenantId: tenant,
  }),
  [token('authorization:getClientToken')]: (_args, { cloud }) => ({ token: cloud.random(40) }),
  [token('containerservice:listManagedClusterUserCredentials')]: credentials(false),
  [token('containerservice:listManagedClusterAdminCredentials')]: credentials(true),
  [token('containerregistry:listRegistryCredentials')]: (args, context) => {
    const registry = named(context, 'containerregistry:Registry', 'registryName', args);
    if (registry.inputs.adminUserEnabled !== true)
      throw new Error('UnAuthorizedForCredentialOperations: the registry has no admin user');
    return {
      username: args.registryName,
      passwords: ['password', 'password2'].map((name) => ({ name, value: secretOf(registry, name) })),
    };
  },
  // Another one each time: a program must not take it for a change.
  [token('containerregistry:listRegistryGenerateCredentials')]: (args, context) => ({
    username: String(args.tokenId).split('/').at(-1),
    passwords: ['password1', 'password2'].map((name) => ({ name, value: context.cloud.random(40) })),
  }),
  [token('storage:listStorageAccountKeys')]: (args, context) => {
    const account = named(context, 'storage:StorageAccount', 'accountName', args);
    return {
      keys: ['key1', 'key2'].map((keyName) => ({
        keyName,
        permissions: 'FULL',
        value: secretOf(account, keyName),
        creationTime: '2026-01-01T00:00:00Z',
      })),
    };
  },
  [token('storage:listStorageAccountServiceSAS')]: (args, context) => {
    const account = named(context, 'storage:StorageAccount', 'accountName', args);
    if (account.inputs.allowSharedKeyAccess === false)
      throw new Error('KeyBasedAuthenticationNotPermitted: a SAS of a key does not open this account');
    return { serviceSasToken: `sv=2026-01-01&sig=${encodeURIComponent(secretOf(account, 'sas'))}` };
  },
  [token('redisenterprise:listDatabaseKeys')]: (args, context) => {
    const database = named(context, 'redisenterprise:Database', 'clusterName', args);
    if (at(database.inputs, 'accessKeysAuthentication') !== 'Enabled')
      throw new Error('BadRequest: access keys of this database are disabled: set accessKeysAuthentication');
    return { primaryKey: secretOf(database, 'primary'), secondaryKey: secretOf(database, 'secondary') };
  },
  [token('communication:listCommunicationServiceKeys')]: (args, context) => {
    const service = named(context, 'communication:CommunicationService', 'communicationServiceName', args);
    const endpoint = `https://${String(service.outputs.hostName)}/`;
    const [primaryKey, secondaryKey] = [secretOf(service, 'primary'), secretOf(service, 'secondary')];
    return {
      primaryKey,
      secondaryKey,
      primaryConnectionString: `endpoint=${endpoint};accesskey=${primaryKey}`,
      secondaryConnectionString: `endpoint=${endpoint};accesskey=${secondaryKey}`,
    };
  },
};
