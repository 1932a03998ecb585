/** A stack's state as the CLI exports it, and what tests ask of it. */

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly parent?: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface State {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly unknown[];
}

export const nameOf = (urn: string): string => urn.split('::').at(-1) ?? '';
const stackType = 'pulumi:pulumi:Stack';

export const resourcesOf = ({ resources = [] }: State): readonly StateResource[] => resources;

/**
 * `Part type name`, sorted: what a reviewed snapshot lists, by the component that each belongs to. Providers, components
 * and the stack itself are left out.
 */
export function resourceList(state: State): string[] {
  const all = resourcesOf(state);
  const components = new Set(all.filter(({ custom }) => !custom).map(({ type }) => type));
  return all
    .filter(({ type, custom }) => custom && !isDefaultProvider(type))
    .map(({ type, urn }) => `${partOf(urn, components)} ${type} ${nameOf(urn)}`)
    .sort();
}

/** The last component among a resource's parents: `…$ecommerce:aws:Messaging$aws:sqs/queue:Queue` → `Messaging`. */
function partOf(urn: string, components: ReadonlySet<string>): string {
  const parents = urn.split('::')[2]?.split('$').slice(0, -1) ?? [];
  const component = parents.findLast((type) => components.has(type) && type !== stackType);
  return component?.split(':').at(-1) ?? '-';
}

const isDefaultProvider = (type: string) => type.startsWith('pulumi:providers:');

/** Resources that belong to no component: their parent is missing, or is the stack itself. */
export function withoutParent(state: State): string[] {
  const components = new Set(
    resourcesOf(state)
      .filter(({ custom, type }) => !custom && type !== stackType)
      .map(({ urn }) => urn),
  );
  return resourcesOf(state)
    .filter(({ type, custom }) => custom && !isDefaultProvider(type))
    .filter(({ parent }) => parent === undefined || parent.endsWith(`::${stackType}::${stackOf(parent)}`))
    .filter(({ urn }) => !components.has(urn))
    .map(({ type, urn }) => `${type} ${nameOf(urn)}`)
    .sort();
}

const stackOf = (urn: string) => urn.split('::').at(-1) ?? '';

/** Where in a text one of the given secrets stands in plain: the secret's name, and the words around it. */
export function plainSecrets(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    // A multi-line key is looked for by its longest line too, for JSON writes line breaks otherwise.
    const marks = [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')];
    const longest = secret.split('\n').toSorted((one, other) => other.length - one.length)[0] ?? secret;
    const found = [...marks, longest].find((mark) => text.includes(mark));
    return found === undefined
      ? []
      : [`${name}: …${text.slice(Math.max(0, text.indexOf(found) - 60), text.indexOf(found))}`];
  });
}
