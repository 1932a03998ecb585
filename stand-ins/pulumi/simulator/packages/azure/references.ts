import type { CloudObject, SimulatedCloud } from '../../cloud.ts';
import type { Request } from '../../model.ts';
import { isUnknown, textsIn } from '../../values.ts';
import { addresses, deployer, findById, idOf, sameId, subscription, token } from './addresses.ts';

const armId = /^\/subscriptions\/([^/]+)\/resourceGroups\/[^/\s]+(\/[^\s]*)?$/i;
/** Roles that are Azure's own, or Cosmos DB's. */
const builtIn = /\/(roleDefinitions|sqlRoleDefinitions)\/[0-9a-f-]{36}$/i;

/** `Microsoft.Network/virtualNetworks/{…}/subnets/{…}` as a pattern of ids. */
const patterns = [...addresses.values()].map(({ type, path }) => ({
  type,
  pattern: new RegExp(`^${path.replaceAll('$', '\\$').replaceAll(/\{\w+\}/g, '[^/]+')}$`, 'i'),
}));

const lastWord = (type: string) => type.split(':').at(-1) ?? type;

/** What the inputs name by a Resource Manager's id and the cloud does not have. */
export function danglingIds({ inputs, cloud }: Request): string[] {
  return [...textsIn(inputs)].flatMap(({ path, text }) => {
    const [, owner] = armId.exec(text) ?? [];
    if (owner === undefined || builtIn.test(text)) return [];
    if (owner !== subscription) return [`AuthorizationFailed: ${path} is ${text}, of another subscription`];
    if (isThere(cloud, text)) return [];
    return [`ResourceNotFound: ${path} names ${text}, which does not exist`];
  });
}

/** An object itself; or something within one, where that is no object of a type that the program makes by itself. */
function isThere(cloud: SimulatedCloud, id: string): boolean {
  if (findById(cloud, id)) return true;
  const made = cloud
    .objects()
    .filter(({ outputs }) => [...textsIn(outputs)].some(({ text }) => sameId(text, id)));
  // As an identity that a cluster makes for its nodes, or a subnet that is written within its network.
  if (made.length > 0) return true;
  const isOfType = patterns.some(({ pattern }) => pattern.test(id));
  return (
    !isOfType && cloud.objects().some((object) => id.toLowerCase().startsWith(`${object.id.toLowerCase()}/`))
  );
}

/** The resource group, and all that it lies in: `…/namespaces/shop` of a topic. */
export function missingParents(request: Request): string[] {
  const address = addresses.get(request.type);
  if (!address || address.type === token('resources:ResourceGroup')) return [];
  const parents = [...addresses.values()].filter(
    ({ path, type }) => type !== request.type && address.path.startsWith(`${path}/`),
  );
  const missing = parents.filter(
    ({ type }) => !request.cloud.get(type, idOf({ ...request, type })) && !isGivenBy(request, type),
  );
  return missing.map(({ type }) => {
    const id = idOf({ ...request, type });
    return `ParentResourceNotFound: there is no ${lastWord(type)} ${id}`;
  });
}

/** What nobody makes: a site's container comes with the setting that there is one. */
function isGivenBy({ inputs, cloud }: Request, type: string): boolean {
  if (type === token('storage:BlobServiceProperties')) return true;
  return (
    type === token('storage:BlobContainer') &&
    inputs.containerName === '$web' &&
    cloud
      .objects(token('storage:StorageAccountStaticWebsite'))
      .some((site) => site.inputs.accountName === inputs.accountName)
  );
}

/** Azure refuses the end of these while something refers to them; of others only the reference stays, and leads nowhere. */
const held = [
  'network:NatGateway',
  'network:NetworkSecurityGroup',
  'network:PublicIPAddress',
  'network:Subnet',
  'web:AppServicePlan',
].map(token);
/** And of these while something is in them. */
const full = ['network:VirtualNetwork', 'privatedns:PrivateZone'].map(token);
const links = token('privatedns:VirtualNetworkLink');

/** Who still needs an object that is to go. */
export function holdersOf({ type, id, cloud }: Request & { readonly id: string }): string[] {
  const uses = (other: CloudObject) => [...textsIn(other.inputs)].some(({ text }) => sameId(text, id));
  const isInside = (other: CloudObject) =>
    other.id.toLowerCase().startsWith(`${id.toLowerCase()}/`) && other.type === links;
  const holders = cloud.objects().filter((other) => {
    if (held.includes(type)) return uses(other);
    return full.includes(type) && (isInside(other) || usesPartOf(other, id));
  });
  return holders.map(
    ({ type: by, name }) => `InUse: ${lastWord(type)} ${id} is used by ${lastWord(by)} ${name}`,
  );
}

const usesPartOf = (other: CloudObject, id: string) =>
  !other.id.toLowerCase().startsWith(id.toLowerCase()) &&
  [...textsIn(other.inputs)].some(({ text }) => text.toLowerCase().startsWith(`${id.toLowerCase()}/`));

/** All that roles can be given to: identities of their own, those of services, a cluster's nodes, whoever runs the program. */
export function isPrincipal(cloud: SimulatedCloud, id: unknown): boolean {
  if (typeof id !== 'string' || isUnknown(id)) return true;
  return (
    id === deployer ||
    cloud
      .objects()
      .some(({ outputs }) =>
        [...textsIn(outputs)].some(
          ({ property, text }) => /^(principalId|objectId)$/.test(property) && text === id,
        ),
      )
  );
}
