import { type CloudName, cloudNames, type Profile, profiles } from './names.ts';
import { exampleRegion, sizes } from './sizes.ts';
import { integer, list, oneOf, oneOfNumbers, onlyNo, text, type ValueTypes, yesOrNo } from './values.ts';

/** What a default may depend on. */
export interface Choice {
  readonly cloud: CloudName;
  readonly profile: Profile;
}

export interface Setting<Value, Default> {
  readonly type: ValueTypes<Value>;
  readonly meaning: string;
  /** A setting without one must be given. */
  readonly byDefault?: (choice: Choice) => Default;
}

function required<Value>(type: ValueTypes<Value>, meaning: string): Setting<Value, never> {
  return { type, meaning };
}

function setting<Value>(
  type: ValueTypes<Value>,
  meaning: string,
  byDefault: (choice: Choice) => NoInfer<Value>,
): Setting<Value, Value> {
  return { type, meaning, byDefault };
}

/** One that may be left out, and is then undefined. */
function optional<Value>(type: ValueTypes<Value>, meaning: string): Setting<Value, undefined> {
  return { type, meaning, byDefault: () => undefined };
}

const inProduction =
  <Value>(production: Value, learn: Value) =>
  ({ profile }: Choice): Value =>
    profile === 'production' ? production : learn;

const always =
  <Value>(value: Value) =>
  () =>
    value;

const email = text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'a mail address', 'you@example.com');
const origin = text(
  /^https?:\/\/[^/\s]+$/,
  'an origin such as https://shop.example.com',
  'https://shop.example.com',
);
const cidr = text(
  /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/,
  'an IPv4 range such as 203.0.113.0/24',
  '203.0.113.0/24',
);

/** What a cloud has, or has otherwise, where defaults depend on it. */
const productionNat = { aws: 'perZone', azure: 'single' } as const;
const hasSpot = { aws: true, azure: false };
const hasFunctionTraces = { aws: true, azure: false };
const leastBackupDays = { aws: 1, azure: 7 };

/** Days that CloudWatch keeps logs for; Log Analytics takes most of them. */
const retentionDays = oneOfNumbers([7, 14, 30, 60, 90, 120, 180, 365], 30);

/** Every setting of a stack, in the order of the documentation. */
export const settings = {
  cloud: required(oneOf(cloudNames), 'Where the shop stands'),
  region: required(
    {
      aws: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-1', exampleRegion.aws),
      azure: text(/^[a-z]+\d?$/, 'a region such as northeurope', exampleRegion.azure),
    },
    'The cloud’s region, by its own name',
  ),
  profile: setting(
    oneOf(profiles),
    '`learn` is the cheapest that works; `production` has more zones, protection, backups and WAF',
    always<Profile>('learn'),
  ),
  zones: setting(integer(2, 3, 2), 'Availability zones of the network', inProduction(3, 2)),
  nat: setting<'none' | 'single' | 'perZone'>(
    { aws: oneOf(['none', 'single', 'perZone']), azure: oneOf(['none', 'single']) },
    'NAT gateways. With `none` the nodes go out by addresses of their own, closed to the internet (AWS), or by the cluster’s load balancer (Azure)',
    ({ cloud, profile }) => (profile === 'production' ? productionNat[cloud] : 'none'),
  ),
  kubernetesVersion: setting(
    text(/^1\.\d{2}$/, 'a minor version such as 1.35', '1.35'),
    'Of the cluster. A version out of standard support is refused by the cluster itself, for it costs six times as much',
    always('1.35'),
  ),
  clusterAccess: setting(
    list(cidr),
    'Who reaches the cluster’s API over the internet; in `production` it must be given',
    always<readonly string[]>(['0.0.0.0/0']),
  ),
  clusterAdmins: setting(
    {
      aws: list(
        text(
          /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/\S+$/,
          'ARNs of IAM roles or users',
          'arn:aws:iam::123456789012:role/deploy',
        ),
      ),
      azure: list(
        text(
          /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
          'object ids of Entra ID’s users, groups or service principals',
          '00000000-1111-2222-3333-444444444444',
        ),
      ),
    },
    'Who administers the cluster; by default whoever runs `pulumi up`. Name them where several do',
    always<readonly string[]>([]),
  ),
  nodeSize: setting(
    text(/^[A-Za-z0-9_.]+$/, 'a machine type of the cloud', sizes.aws.learn.node),
    'Machine type of the nodes',
    ({ cloud, profile }) => sizes[cloud][profile].node,
  ),
  nodeCount: setting(
    integer(1, 100, 3),
    'Nodes to begin with; later changes of it are left to whoever scales',
    always(3),
  ),
  nodeCountMin: setting(integer(1, 100, 2), 'Nodes at least', always(2)),
  nodeCountMax: setting(integer(1, 100, 5), 'Nodes at most', always(5)),
  nodeSpot: setting(
    // AKS has none in the pool that it needs, nor of the sizes in bursts (learn.microsoft.com, AKS spot node pools).
    { aws: yesOrNo, azure: onlyNo },
    'Spot nodes: well under half of the price, taken back at two minutes’ notice',
    ({ cloud, profile }) => profile === 'learn' && hasSpot[cloud],
  ),
  replicas: setting(integer(1, 50, 3), 'Replicas of each container service at least', always(3)),
  replicasMax: setting(integer(1, 100, 6), 'Replicas at most', always(6)),
  mesh: setting(
    oneOf(['istio', 'none']),
    '`istio` is the ambient mesh: strict mTLS and a policy per caller. The gateway into the cluster is there either way',
    always<'istio' | 'none'>('istio'),
  ),
  databaseSize: setting(
    text(/^[A-Za-z0-9_.]+$/, 'a database instance type of the cloud', sizes.aws.learn.database),
    'Instance type of the SQL database',
    ({ cloud, profile }) => sizes[cloud][profile].database,
  ),
  databaseVersion: setting(oneOfNumbers([17, 18], 18), 'Major version of PostgreSQL', always(18)),
  backupDays: setting(
    { aws: integer(0, 35, 14), azure: integer(7, 35, 14) },
    'Days that database backups are kept',
    ({ cloud, profile }) => (profile === 'production' ? 14 : leastBackupDays[cloud]),
  ),
  deletionProtection: setting(
    yesOrNo,
    'Refuses to delete what holds data, in Pulumi and in the cloud',
    inProduction(true, false),
  ),
  logRetentionDays: setting(retentionDays, 'Days that logs are kept', inProduction(90, 7)),
  consumerConcurrency: setting(
    integer(2, 1000, 5),
    'Invocations of a function that one queue causes at once',
    inProduction(20, 5),
  ),
  requestsPerSecond: setting(
    integer(1, 10_000, 100),
    'Requests that the gateway lets through',
    inProduction(1000, 100),
  ),
  requestBurst: setting(
    integer(1, 10_000, 200),
    'Requests that the gateway lets through at once',
    inProduction(2000, 200),
  ),
  corsOrigins: setting(list(origin), 'Origins that browsers may call from', always<readonly string[]>([])),
  waf: setting(yesOrNo, 'A web application firewall in front of the gateway', inProduction(true, false)),
  functionTraces: setting(
    { aws: yesOrNo, azure: onlyNo },
    'Functions carry a collector as a layer and send their own traces; it adds to every cold start. On Azure their host tells of each call, and they have no collector beside them',
    ({ cloud }) => hasFunctionTraces[cloud],
  ),
  adminUsername: setting(
    text(
      /^[A-Za-z0-9][A-Za-z0-9_.-]{2,31}$/,
      '3 to 32 letters, digits, dots, dashes or underscores',
      'admin',
    ),
    'User name of the first administrator',
    always('admin'),
  ),
  adminEmail: setting(email, 'Mail address of the first administrator', always('admin@example.com')),
  catalogue: setting(
    oneOf(['sample', 'none']),
    'Whether the shop begins with the sample catalogue',
    inProduction<'sample' | 'none'>('none', 'sample'),
  ),
  mailer: setting<'inbox' | 'ses' | 'communication'>(
    { aws: oneOf(['inbox', 'ses']), azure: oneOf(['inbox', 'communication']) },
    '`inbox` keeps mail as documents, for a new account may not send to everybody',
    always<'inbox'>('inbox'),
  ),
  mailFrom: optional(
    email,
    'The sender of mail; it must be confirmed when the cloud asks. Azure has an address of its own to send from',
  ),
  smsSender: setting<'inbox' | 'sns' | 'communication'>(
    { aws: oneOf(['inbox', 'sns']), azure: oneOf(['inbox', 'communication']) },
    'As `mailer`, for SMS',
    always<'inbox'>('inbox'),
  ),
  smsFrom: optional(
    text(/^(\+\d{8,15}|[A-Za-z0-9]{3,11})$/, 'a number such as +15550100, or a sender’s name', '+15550100'),
    'The number that SMS come from, where the cloud asks for one of your own',
  ),
  paymentProvider: setting(
    oneOf(['simulated', 'stripe']),
    '`stripe` needs the secrets `stripeSecretKey` and `stripeWebhookSecret`',
    always<'simulated' | 'stripe'>('simulated'),
  ),
  alarmEmail: optional(email, 'Who is told of alarms; the address must be confirmed'),
  budgetUsd: setting(
    integer(0, 100_000, 20),
    'US dollars a month after whose four fifths `alarmEmail` is told; 0 watches nothing',
    inProduction(0, 20),
  ),
  imageBuilder: optional(
    text(/^[A-Za-z][\w.-]*$/, 'the name of a buildx builder', 'ci'),
    'A builder of images that is there already, as on a CI machine that is new each time; without it the program makes one',
  ),
  imagePlatforms: setting(
    list(oneOf(['linux/amd64', 'linux/arm64'])),
    'What container images are built for',
    always<readonly string[]>(['linux/amd64', 'linux/arm64']),
  ),
} as const;

export type Settings = typeof settings;
export type SettingName = keyof Settings;

/** Values that Pulumi keeps encrypted: `pulumi config set --secret`. */
export const secretSettings = {
  stripeSecretKey: 'Stripe’s secret or restricted key',
  stripeWebhookSecret: 'The signing secret of Stripe’s webhook endpoint',
} as const;
export type SecretSettingName = keyof typeof secretSettings;
