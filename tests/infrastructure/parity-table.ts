import { aspects, type PartName, type Traits } from '../../components/traits.ts';

/** What one cloud brings to the table. */
export interface CloudColumn {
  readonly name: string;
  readonly traits: Traits;
  /** Lines of the reviewed lists of resources of its stacks: `Part package:module:Type name`. */
  readonly resources: readonly string[];
}

/** The second half of docs/parity.md. */
export function renderInfrastructure(clouds: readonly CloudColumn[]): string {
  const parts = Object.keys(aspects) as PartName[];
  return `${head}\n\n${parts.map((part) => tableOf(part, clouds)).join('\n\n')}\n`;
}

function tableOf(part: PartName, clouds: readonly CloudColumn[]): string {
  const row = (title: string, cell: (cloud: CloudColumn) => string) =>
    `| ${[title, ...clouds.map(cell)].join(' | ')} |`;
  const rows = aspects[part].map((aspect) =>
    row(aspect, ({ traits }) => (traits[part] as Readonly<Record<string, string>>)[aspect] ?? ''),
  );
  return [
    `### ${part}`,
    '',
    row('', ({ name }) => name),
    row('---', () => '---').replaceAll(' ', ''),
    row('made of', ({ name, resources }) => madeOf(part, name, resources)),
    ...rows,
  ].join('\n');
}

/** The kinds of resources of a part, by the service that they are of: `sns Topic; sqs Queue, QueuePolicy`. */
function madeOf(part: PartName, cloud: string, resources: readonly string[]): string {
  const kinds = new Map<string, Set<string>>();
  for (const line of resources) {
    const [owner, type = ''] = line.split(' ');
    const [provider = '', module = '', kind = ''] = type.split(':');
    if (owner !== part || !provider.startsWith(cloud)) continue;
    const service = module.split('/')[0] ?? '';
    kinds.set(service, (kinds.get(service) ?? new Set()).add(kind));
  }
  if (kinds.size === 0) throw new Error(`${part} is made of nothing on ${cloud}`);
  return [...kinds]
    .sort()
    .map(([service, names]) => `${service} ${[...names].sort().join(', ')}`)
    .join('; ');
}

const head = `## Infrastructure

What each part of the contract is made of on each cloud, in either profile, and what one would notice of the
difference. Written from the reviewed lists of resources and from \`providers/*/traits.ts\`; none of it was measured on a
cloud. \`npm run cost\` has the prices.`;
