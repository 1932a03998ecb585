import type { SimulatedCloud } from '../../../cloud.ts';
import { at, textsIn } from '../../../values.ts';
import { token } from '../addresses.ts';
import { type Rule, type Rules, sibling, skuOf } from './rule.ts';

/** API Management. */

/** Policies that a gateway of tier Consumption does not have (learn.microsoft.com, API Management policy reference). */
const notInConsumption = ['rate-limit-by-key', 'quota-by-key', 'quota', 'cache-lookup', 'cache-store'];

const service: Rule = ({ inputs }) => {
  const [tier, capacity] = [at(inputs, 'sku.name'), at(inputs, 'sku.capacity')];
  const isIn = inputs.virtualNetworkType !== undefined && inputs.virtualNetworkType !== 'None';
  return [
    ...(tier === 'Consumption' && isIn ? ['BadRequest: tier Consumption has no place in a network'] : []),
    ...(tier === 'BasicV2' && isIn ? ['BadRequest: tier Basic v2 has no place in a network'] : []),
    ...(tier === 'Consumption' && capacity !== 0 ? ['BadRequest: tier Consumption has capacity 0'] : []),
    ...(tier !== 'Consumption' && Number(capacity) < 1 ? ['BadRequest: capacity is 1 at least'] : []),
  ];
};

/** Whether all that opens is closed again: an editor's slip costs a whole gateway. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  // Expressions (`@(…)`) are C#, and may have anything in them.
  for (const [, close, name = '', selfClosed] of xml
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/"[^"]*"/g, '""')
    .matchAll(/<(\/?)([\w-]+)[^<>]*?(\/?)>/g)) {
    if (close === '/') {
      if (open.pop() !== name) return false;
    } else if (selfClosed !== '/') open.push(name);
  }
  return open.length === 0;
}

/** `{{name}}` stands for a named value, in policies and in what a backend is sent. */
function unnamed(text: string, serviceName: unknown, cloud: SimulatedCloud): string[] {
  const named = cloud
    .objects(token('apimanagement:NamedValue'))
    .filter((value) => value.inputs.serviceName === serviceName)
    .flatMap((value) => [value.inputs.namedValueId, value.inputs.displayName]);
  return [...text.matchAll(/\{\{([^}]+)\}\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !named.includes(name))
    .map((name) => `ValidationError: there is no named value ${name}`);
}

const policy: Rule = ({ inputs, cloud }) => {
  const xml = String(inputs.value);
  const tier = skuOf(sibling(cloud, 'apimanagement:ApiManagementService', inputs, 'serviceName'));
  const used = [...xml.matchAll(/<([\w-]+)/g)].map(([, name = '']) => name);
  const backends = [...xml.matchAll(/backend-id="([^"{]+)"/g)].map(([, id = '']) => id);
  const known = cloud
    .objects(token('apimanagement:Backend'))
    .filter((backend) => backend.inputs.serviceName === inputs.serviceName)
    .map((backend) => backend.inputs.backendId);
  return [
    ...(isWellFormed(xml) ? [] : ['ValidationError: the policy is no well-formed XML']),
    ...(tier === 'Consumption'
      ? notInConsumption
          .filter((name) => used.includes(name))
          .map((name) => `ValidationError: tier Consumption has no policy ${name}`)
      : []),
    ...unnamed(xml, inputs.serviceName, cloud),
    ...backends.filter((id) => !known.includes(id)).map((id) => `ValidationError: there is no backend ${id}`),
    ...unreachable(xml, cloud),
  ];
};

/** The documents that `validate-jwt` names are read when the policy is kept, unless it says not to. */
function unreachable(xml: string, cloud: SimulatedCloud): string[] {
  const documents = [...xml.matchAll(/<openid-config\b[^>]*url="([^"]+)"[^>]*>/g)]
    .filter(([element]) => !/validate-connectivity="false"/.test(element))
    .map(([, url = '']) => url);
  return documents
    .filter((url) => !isPublished(url, cloud))
    .map((url) => `ValidationError: unable to retrieve ${url}, which validate-jwt names`);
}

function isPublished(url: string, cloud: SimulatedCloud): boolean {
  if (!URL.canParse(url)) return false;
  const { host, pathname } = new URL(url);
  const served = cloud
    .objects(...['storage:StorageAccount', 'cdn:AFDEndpoint'].map(token))
    .some(({ outputs }) => [...textsIn(outputs)].some(({ text }) => text.includes(host)));
  const isThere = cloud
    .objects(token('storage:Blob'))
    .some(
      ({ inputs }) => inputs.containerName === '$web' && pathname.endsWith(`/${String(inputs.blobName)}`),
    );
  return served && isThere;
}

export const gatewayRules: Rules = {
  'apimanagement:ApiManagementService': service,
  'apimanagement:ApiOperationPolicy': policy,
  'apimanagement:ApiPolicy': policy,
  'apimanagement:Backend': ({ inputs, cloud }) =>
    [...textsIn(inputs.credentials)].flatMap(({ text }) => unnamed(text, inputs.serviceName, cloud)),
  'apimanagement:Policy': policy,
  'apimanagement:PolicyFragment': policy,
};
