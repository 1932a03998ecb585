import type { Grant } from './grants.ts';

/** docs/permissions.md: what each workload may do, from the grants that the program makes. */
export function permissionsPage(grants: ReadonlyMap<string, readonly Grant[]>): string {
  const rows = [...grants].flatMap(([workload, all]) =>
    all.map(({ intent, kind, name }) => `| ${workload} | ${kind} | ${name} | ${intent} |`),
  );
  return `# Permissions

Written from the grants of \`components/grants.ts\` by \`npm run docs:permissions\`; a test compares. Each is turned into the
least that a cloud can say: on AWS named actions on named resources (\`providers/aws/permissions.ts\`), on Azure a role on
one resource (\`providers/azure/permissions.ts\`), where a container, a subscription or a secret is one. With mail, SMS or Stripe
switched on there are the grants for them, which are listed here too.

| workload | kind | resource | intent |
|---|---|---|---|
${rows.join('\n')}
`;
}
