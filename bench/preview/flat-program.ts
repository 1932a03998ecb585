import type { StateResource } from '../../tests/engine/support/state.ts';

/**
 * A program that registers what a stack holds, one resource after the other, its inputs written out: no component, no
 * configuration, nothing that waits for anything else. The least that a program of so many resources can do.
 *
 * @param resources  of a stack's state; providers and components among them are left out
 */
export function flatProgram(resources: readonly StateResource[]): string {
  const custom = resources.filter(({ custom, type }) => custom && !type.startsWith('pulumi:'));
  const packages = [...new Set(custom.map(({ type }) => packageOf(type)))].sort();
  const names = new Set<string>();
  const lines = custom.map(({ type, urn, inputs = {} }) => {
    let name = urn.split('::').at(-1) ?? '';
    while (names.has(`${type} ${name}`)) name += '-';
    names.add(`${type} ${name}`);
    const call = [
      JSON.stringify(name),
      written(inputs),
      `{ provider: ${identifier(packageOf(type))}Provider }`,
    ];
    return `new ${classOf(type)}(${call.join(', ')});`;
  });
  return [
    ...packages.map((name) => `import * as ${identifier(name)} from '@pulumi/${name}';`),
    ...packages.map((name) => {
      const given = resources.find(({ type }) => type === `pulumi:providers:${name}`)?.inputs ?? {};
      return `const ${identifier(name)}Provider = new ${identifier(name)}.Provider('flat', ${written(given)});`;
    }),
    // As in index.ts: without it this program takes half as long again.
    "Reflect.deleteProperty(Error, 'prepareStackTrace');",
    ...lines,
    '',
  ].join('\n');
}

/** As an argument; what a provider added for itself is left out. */
function written(inputs: Readonly<Record<string, unknown>>): string {
  const { __defaults: _, ...given } = inputs;
  return `${JSON.stringify(revealed(given))} as never`;
}

const packageOf = (type: string) => type.split(':')[0] ?? '';
const identifier = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** `aws:sqs/queue:Queue` → `aws.sqs.Queue`; `kubernetes:apps/v1:Deployment` → `kubernetes.apps.v1.Deployment`. */
export function classOf(type: string): string {
  const [name = '', module = '', last = ''] = type.split(':');
  if (name !== 'kubernetes')
    return [
      identifier(name),
      ...module
        .split('/')
        .slice(0, 1)
        .filter((part) => part !== 'index'),
      last,
    ].join('.');
  if (module.startsWith('helm.sh/')) return `kubernetes.helm.v3.${last}`;
  const [group = '', version = ''] = module.split('/');
  // Kinds that came with a chart have no class of their own.
  if (!kubernetesGroups.test(group)) return 'kubernetes.apiextensions.CustomResource';
  return `kubernetes.${group.split('.')[0]}.${version}.${last}`;
}

const kubernetesGroups = /^(core|apps|autoscaling|batch|policy|networking\.k8s\.io)$/;

/** Secrets as the state holds them when they are shown: `{ "4dabf…": …, plaintext: "…" }`. */
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  if ('plaintext' in value && secretMark in value) return JSON.parse(String(value.plaintext));
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, revealed(held)]));
}

const secretMark = '4dabf18193072939515e22adb298388d';
