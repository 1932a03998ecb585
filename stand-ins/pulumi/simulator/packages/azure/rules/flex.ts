import type { CloudObject, SimulatedCloud } from '../../../cloud.ts';
import { at, textsIn, type Values } from '../../../values.ts';
import { findById, sameId, token } from '../addresses.ts';
import { delegationsOf } from './network.ts';
import { listed, type Rule, type Rules, skuOf } from './rule.ts';

/** Functions on Flex Consumption. */

const isFlex = (plan: CloudObject | undefined) => skuOf(plan) === 'FC1';

/** Flex says these by `functionAppConfig`, and refuses or ignores the settings. */
const refusedSettings = [
  'FUNCTIONS_EXTENSION_VERSION',
  'FUNCTIONS_WORKER_RUNTIME',
  'FUNCTIONS_WORKER_RUNTIME_VERSION',
  'SCM_DO_BUILD_DURING_DEPLOYMENT',
  'ENABLE_ORYX_BUILD',
  'WEBSITE_RUN_FROM_PACKAGE',
  'WEBSITE_NODE_DEFAULT_VERSION',
  'WEBSITE_CONTENTAZUREFILECONNECTIONSTRING',
  'WEBSITE_CONTENTSHARE',
];

const against = (names: readonly string[]) =>
  names.flatMap((name) => [
    ...(refusedSettings.includes(name) ? [`BadRequest: Flex Consumption refuses the setting ${name}`] : []),
    ...(/[^\w.]/.test(name)
      ? [`BadRequest: the setting ${name} has a character that Linux does not take`]
      : []),
  ]);

function storageProblems(cloud: SimulatedCloud, storage: unknown): string[] {
  const value = String(at(storage, 'value'));
  const [, account, container] =
    /^https:\/\/([\da-z]+)\.blob\.core\.windows\.net\/([^/]+)\/?$/.exec(value) ?? [];
  const isThere = cloud
    .objects(token('storage:BlobContainer'))
    .some(({ inputs }) => inputs.accountName === account && inputs.containerName === container);
  return isThere ? [] : [`BadRequest: packages are to lie in ${value}, and there is no such container`];
}

const app: Rule = ({ type, name, inputs, cloud }) => {
  const plan = findById(cloud, inputs.serverFarmId);
  if (!plan) return ['BadRequest: an app needs a plan: set serverFarmId'];
  if (!isFlex(plan)) return [];
  const others = cloud
    .objects(type)
    .filter(
      (other) => other.inputs.name !== inputs.name && sameId(String(other.inputs.serverFarmId), plan.id),
    );
  const hosts = cloud
    .objects(type)
    .filter(
      (other) =>
        other.inputs.name !== inputs.name &&
        String(other.inputs.name).slice(0, 32) === String(inputs.name).slice(0, 32),
    );
  const config = inputs.functionAppConfig;
  const memory = at(config, 'scaleAndConcurrency.instanceMemoryMB');
  const most = at(config, 'scaleAndConcurrency.maximumInstanceCount');
  const subnet = findById(cloud, inputs.virtualNetworkSubnetId);
  return [
    ...(others.length > 0
      ? [`BadRequest: a plan of Flex Consumption has one app, and has ${others[0]?.name}`]
      : []),
    ...(hosts.length > 0
      ? [`${name} and ${hosts[0]?.name} have the same host id: the first 32 characters`]
      : []),
    ...(String(inputs.kind).includes('functionapp') && String(inputs.kind).includes('linux')
      ? []
      : ['BadRequest: kind is functionapp,linux']),
    ...['deployment.storage', 'runtime', 'scaleAndConcurrency']
      .filter((path) => at(config, path) === undefined)
      .map((path) => `BadRequest: Flex Consumption needs functionAppConfig.${path}`),
    ...(at(config, 'deployment.storage') === undefined
      ? []
      : storageProblems(cloud, at(config, 'deployment.storage'))),
    ...(memory === undefined || [512, 2048, 4096].includes(Number(memory))
      ? []
      : [`BadRequest: instanceMemoryMB is 512, 2048 or 4096, not ${String(memory)}`]),
    ...(most !== undefined && Number(most) < 40
      ? [`BadRequest: maximumInstanceCount is 40 at least, not ${String(most)}`]
      : []),
    ...(inputs.virtualNetworkSubnetId !== undefined &&
    !delegationsOf(subnet).includes('Microsoft.App/environments')
      ? ['BadRequest: the subnet is not delegated to Microsoft.App/environments']
      : []),
    ...against(listed(at(inputs, 'siteConfig.appSettings')).map(({ name: setting }) => String(setting))),
  ];
};

const plan: Rule = ({ inputs }) =>
  at(inputs, 'sku.name') === 'FC1' && inputs.reserved !== true
    ? ['BadRequest: Flex Consumption is on Linux: set reserved']
    : [];

/** The storage account's own roles: Storage Blob Data Owner and Contributor. */
const writers = ['b7e6dc6d-f1e8-4753-8033-0f276bb0955b', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'];

function mayReadPackages(cloud: SimulatedCloud, site: CloudObject): boolean {
  const value = String(at(site.inputs, 'functionAppConfig.deployment.storage.value'));
  const [, name] = /^https:\/\/([\da-z]+)\./.exec(value) ?? [];
  const account = cloud
    .objects(token('storage:StorageAccount'))
    .find(({ inputs }) => inputs.accountName === name);
  const identities = at(site.inputs, 'identity.userAssignedIdentities');
  const named = [...textsIn(identities)].map(({ text }) => text).concat(keysOf(identities));
  const principals = [
    at(site.outputs, 'identity.principalId'),
    ...named.map((id) => findById(cloud, id)?.outputs.principalId),
  ];
  return cloud
    .objects(token('authorization:RoleAssignment'))
    .some(
      ({ inputs: { principalId, roleDefinitionId, scope } }) =>
        principals.includes(principalId) &&
        writers.includes(String(roleDefinitionId).split('/').at(-1) ?? '') &&
        account?.id.toLowerCase().startsWith(String(scope).toLowerCase()),
    );
}

const keysOf = (value: unknown) => (typeof value === 'object' && value !== null ? Object.keys(value) : []);

/** A package is sent to an app by a template (`sites/extensions`), which runs with the app's own rights. */
const deployment: Rule = ({ inputs, cloud }) => {
  const template = at(inputs, 'properties.template');
  const resources = listed(
    at(typeof template === 'string' ? JSON.parse(template) : template, 'resources'),
  ) as readonly Values[];
  return resources
    .filter(({ type }) => String(type).toLowerCase() === 'microsoft.web/sites/extensions')
    .flatMap(({ name }) => {
      const [siteName = '', extension] = String(name).split('/');
      const site = cloud.objects(token('web:WebApp')).find(({ inputs: own }) => own.name === siteName);
      if (!site) return siteName.startsWith('[') ? [] : [`ResourceNotFound: there is no app ${siteName}`];
      return [
        ...(extension?.toLowerCase() === 'onedeploy' || !isFlex(findById(cloud, site.inputs.serverFarmId))
          ? []
          : [`BadRequest: Flex Consumption takes packages by onedeploy, not by ${String(extension)}`]),
        ...(mayReadPackages(cloud, site)
          ? []
          : [`BadRequest: 403 of the storage: ${siteName} has no role on the account of its packages yet`]),
      ];
    });
};

export const flexRules: Rules = {
  'resources:Deployment': deployment,
  'web:AppServicePlan': plan,
  'web:WebApp': app,
  'web:WebAppApplicationSettings': ({ inputs }) => against(keysOf(inputs.properties)),
};
