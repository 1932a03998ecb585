/** A suite: which files it runs, on what the shop of its files stands, and what is left out of it and why. */
export interface Suite {
  readonly name: string;
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The cloud whose bundles it needs. */
  readonly bundles?: 'aws';
  /** Run only when it is named. */
  readonly onlyNamed?: true;
  /** Files of the folder that it does not run, each with the reason. */
  readonly without?: Readonly<Record<string, string>>;
}

/** The longest first, so that none of them is left to run alone at the end. */
export const suites: readonly Suite[] = [
  {
    name: 'e2e',
    folder: 'e2e',
    without: { 'function-kills': 'here all functions are one process, which kills.test.ts kills' },
  },
  {
    name: 'e2e-aws',
    folder: 'e2e',
    env: { SHOP_ON: 'aws' },
    bundles: 'aws',
    onlyNamed: true,
    without: {
      'bad-input': 'the edge has tests of its own in tests/integration/aws; not run here for its time',
      contention: 'not proven: with 200 buyers at once the stand-in of DynamoDB stops answering',
      faults: 'plants its faults in the local bus',
      kills: 'kills the local function host and PostgreSQL; function-kills.test.ts takes its place',
      observability: 'reads the spans and log lines of the local processes',
    },
  },
  ...['local', 'integration', 'contract', 'unit', 'architecture'].map((name) => ({ name, folder: name })),
];
