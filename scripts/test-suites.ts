/** A suite: which files it runs, on what the shop of its files stands, and what is left out of it and why. */
export interface Suite {
  readonly name: string;
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs only when it is named. */
  readonly onlyNamed?: boolean;
  /** The cloud whose bundles it needs. */
  readonly bundles?: 'aws' | 'azure';
  /** Files of the folder that run only with --long. */
  readonly onlyLong?: readonly string[];
  /** Files of the folder that it does not run, each with the reason. */
  readonly without?: Readonly<Record<string, string>>;
}

const notOnStandIns = {
  faults:
    'plants its faults in the local bus and in PostgreSQL; stand-in-kills, contract and integration have the cloud’s',
  kills: 'kills the local function host and PostgreSQL; function-kills.test.ts takes its place',
};

/** `npm run e2e`, which has an URL and an administrator’s password, and nothing else. */
const notFromOutside = {
  ...notOnStandIns,
  kills: 'kills processes of this machine',
  'function-kills': 'kills processes of this machine',
  'stand-in-kills': 'kills processes of this machine',
  contention: 'makes its thousand buyers with the key that signs tokens',
  'from-outside': 'is the test of this suite',
  observability: 'reads traces and logs of this machine',
};

/** What the edges and the gateway answer is proven with them too; here it is that of the whole. */
const onlyLongOnStandIns = ['contention', 'tokens', 'from-outside', 'stand-in-kills'].concat(
  ['body', 'headers', 'path', 'query', 'whatever'].map((what) => `bad-${what}`),
);

/** In an order in which three at a time end at about the same time. */
export const suites: readonly Suite[] = [
  { name: 'integration', folder: 'integration', onlyLong: ['ring'] },
  {
    name: 'e2e',
    folder: 'e2e',
    without: {
      'function-kills': 'here all functions are one process, which kills.test.ts kills',
      'stand-in-kills':
        'here are no stand-ins; kills.test.ts has the named points, and faults.test.ts PostgreSQL',
    },
  },
  {
    name: 'e2e-aws',
    folder: 'e2e',
    env: { SHOP_ON: 'aws' },
    bundles: 'aws',
    onlyLong: onlyLongOnStandIns,
    without: notOnStandIns,
  },
  ...['local', 'engine', 'contract'].map((name) => ({ name, folder: name })),
  {
    name: 'e2e-azure',
    folder: 'e2e',
    env: { SHOP_ON: 'azure' },
    bundles: 'azure',
    onlyLong: onlyLongOnStandIns,
    without: notOnStandIns,
  },
  { name: 'e2e-deployed', folder: 'e2e', onlyNamed: true, without: notFromOutside },
  ...['infrastructure', 'unit', 'architecture'].map((name) => ({ name, folder: name })),
];

/** What npm cannot give everywhere, and the files of tests that need it. */
export interface Part {
  readonly name: string;
  readonly isThere: boolean;
  /** Which files of a suite cannot run without it. */
  needs(suite: Suite, file: string): boolean;
}

export const parts: readonly Part[] = [
  {
    name: 'a DynamoDB (not on Linux x64: install Java 17 and set STAND_IN_DYNAMODB=jar)',
    isThere:
      process.env.STAND_IN_DYNAMODB === undefined
        ? process.platform === 'linux' && process.arch === 'x64'
        : process.env.STAND_IN_DYNAMODB !== 'none',
    needs: ({ name }, file) =>
      name === 'e2e-aws' || /^tests\/(contract\/aws-|integration\/(aws|move)\/)/.test(file),
  },
];
