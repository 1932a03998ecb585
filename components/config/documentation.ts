import { type CloudName, cloudNames, profiles } from './names.ts';
import { type Setting, secretSettings, settings } from './settings.ts';
import { valueTypeOn } from './values.ts';

/** docs/configuration.md: every setting of a stack, from the schema that checks them. */
export function configurationPage(project: string): string {
  const rows = Object.entries<Setting<unknown, unknown>>(settings).map(
    ([name, one]) =>
      `| \`${name}\` | ${byCloud((cloud) => valueTypeOn(one.type, cloud).allowed)} | ${defaultOf(one)} | ${one.meaning} |`,
  );
  const secrets = Object.entries(secretSettings).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return `# Configuration of a stack

Written from \`components/config/settings.ts\` by \`npm run docs:configuration\`; a test compares. Set a value with
\`pulumi config set NAME VALUE --stack STACK\`; it is kept in \`Pulumi.STACK.yaml\` as \`${project}:NAME\`. All that is wrong
is reported together, each with the command that puts it right, before anything is made.

| setting | allowed | default | meaning |
|---|---|---|---|
${rows.join('\n')}

Secrets, set with \`pulumi config set --secret NAME\`, which asks for the value and keeps it encrypted:

| secret | meaning |
|---|---|
${secrets.join('\n')}
`;
}

function defaultOf({ byDefault }: Setting<unknown, unknown>): string {
  if (!byDefault) return 'must be given';
  return byCloud((cloud) => defaultIn(cloud, byDefault));
}

/** Once, where it is the same on all. */
function byCloud(tell: (cloud: CloudName) => string): string {
  const told = cloudNames.map((cloud) => [cloud, tell(cloud)] as const);
  if (new Set(told.map(([, text]) => text)).size === 1) return told[0]?.[1] ?? '';
  return told.map(([cloud, text]) => `${cloud}: ${text}`).join('; ');
}

function defaultIn(cloud: CloudName, byDefault: NonNullable<Setting<unknown, unknown>['byDefault']>): string {
  const [learn = '', production = ''] = profiles.map((profile) => shown(byDefault({ cloud, profile })));
  return learn === production ? learn : `${learn}; production ${production}`;
}

function shown(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'none';
  return String(value);
}
