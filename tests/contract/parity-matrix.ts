import { cacheCases } from './cache.ts';
import { documentsCases } from './documents.ts';
import { eventBusCases } from './event-bus.ts';
import { mailerCases } from './mailer.ts';
import { secretsCases } from './secrets.ts';

const backends = ['local', 'aws', 'azure'] as const;
type Backend = (typeof backends)[number];

/** What a port's cases were run on, on one backend. */
interface Column {
  /** The title of the suite. */
  readonly suite: string;
  /** In the words of the document. */
  readonly on: string;
  /** Cases that prove less than they say, or nothing, there: why. */
  readonly notProvable?: Readonly<Record<string, string>>;
}

interface Port {
  readonly name: string;
  readonly cases: readonly { readonly title: string }[];
  readonly columns: Readonly<Record<Backend, Column>>;
}

const redis = { suite: 'the cache on Redis', on: 'a real Redis server' };

/** Every port that has a contract and an adapter for each backend. */
export const ports: readonly Port[] = [
  {
    name: 'Documents',
    cases: documentsCases,
    columns: {
      local: { suite: 'documents on PostgreSQL', on: 'a real PostgreSQL' },
      aws: { suite: 'documents on DynamoDB', on: 'a stand-in for DynamoDB: dynoxide, or Amazon’s own' },
      azure: {
        suite: 'documents on Cosmos DB (a stand-in of our own)',
        on: 'a stand-in for Cosmos DB of our own: that Azure does a batch as a whole is its documentation’s word',
      },
    },
  },
  {
    name: 'Event bus',
    cases: eventBusCases,
    columns: {
      local: { suite: 'event bus on PostgreSQL', on: 'a real PostgreSQL' },
      aws: {
        suite: 'event bus on SNS and SQS',
        on: 'a stand-in for SNS and SQS: fauxqs, and a Lambda host of our own',
      },
      azure: {
        suite: 'event bus on Service Bus (a stand-in of our own)',
        on: 'a stand-in for Service Bus of our own that the real client talks to, and a Functions host of our own',
      },
    },
  },
  {
    name: 'Cache',
    cases: cacheCases,
    columns: {
      local: { suite: 'the cache in process', on: 'this process’s own memory' },
      aws: redis,
      azure: redis,
    },
  },
  {
    name: 'Secrets',
    cases: secretsCases,
    columns: {
      local: { suite: 'secrets in files', on: 'files' },
      aws: {
        suite: 'secrets in Secrets Manager (imitated)',
        on: 'an imitation of Secrets Manager’s answers',
      },
      azure: { suite: 'secrets in Key Vault (imitated)', on: 'an imitation of Key Vault’s answers' },
    },
  },
  {
    name: 'Mailer',
    cases: mailerCases,
    columns: {
      local: { suite: 'the mailer, inbox', on: 'a real PostgreSQL' },
      aws: {
        suite: 'the mailer, SES (imitated)',
        on: 'an imitation of SES’s answers',
        notProvable: {
          'sent again it has the same id':
            'SES gives every mail a Message-ID of its own; ours travels beside it, and a repeat may arrive twice',
        },
      },
      azure: {
        suite: 'the mailer, Communication Services (imitated)',
        on: 'an imitation of Communication Services’ answers',
      },
    },
  },
];

/** The outcome of each case by its suite’s title and its own. */
export type Outcomes = ReadonlyMap<string, ReadonlyMap<string, 'passed' | 'failed' | 'pending'>>;

/** The suites of the matrix that did not run whole, and so tell nothing. */
export function missingFrom(outcomes: Outcomes): string[] {
  const columns = ports.flatMap(({ cases, columns }) =>
    Object.values(columns).map((column) => ({ cases, column })),
  );
  const missing = columns.filter(({ cases, column }) =>
    cases.some(({ title }) => !/passed|failed/.test(outcomes.get(column.suite)?.get(title) ?? '')),
  );
  return [...new Set(missing.map(({ column }) => column.suite))];
}

/** The document. */
export function renderParity(outcomes: Outcomes): string {
  const sections = ports.map(({ name, cases, columns }) => {
    const notes: string[] = [];
    const note = (text: string) => {
      if (!notes.includes(text)) notes.push(text);
      return `${notes.indexOf(text) + 1}`;
    };
    const cell = (backend: Backend, title: string) => {
      const { suite, notProvable } = columns[backend];
      const why = notProvable?.[title];
      const outcome = outcomes.get(suite)?.get(title) === 'passed' ? 'pass' : 'FAIL';
      return why === undefined ? outcome : `${outcome}, not provable here (${note(why)})`;
    };
    const rows = cases.map(
      ({ title }) => `| ${title} | ${backends.map((backend) => cell(backend, title)).join(' | ')} |`,
    );
    const ranOn = backends.map((backend) => `- ${backend}: ${columns[backend].on}`);
    const explained = notes.map((text, index) => `(${index + 1}) ${text}.`);
    const table = [`| case | ${backends.join(' | ')} |`, '|---|---|---|---|', ...rows];
    return [
      `## ${name}`,
      '',
      ...ranOn,
      '',
      ...table,
      ...(explained.length > 0 ? ['', ...explained] : []),
    ].join('\n');
  });
  return `${head}\n\n${sections.join('\n\n')}\n`;
}

const head = `# Parity

Written by \`npm test\` from what the contract suites did: edit the suites, not the file. A row is a promise of a port,
one test that is the same for every adapter; each list says on what its columns were run. The payment provider is not
here, for it is the same everywhere.`;
