import type { PlatformConfig } from '../../components/config/load.ts';
import { billing } from './aws-billing.ts';
import * as prices from './aws-prices.ts';
import type { CloudCost, Line, Use } from './estimate.ts';
import type { Price } from './price.ts';

/** What the program makes whatever the configuration; a test counts them. */
export const made = {
  alarms: 26,
  dashboards: 1,
  secrets: 6,
  firewallRules: 2,
  nodeDiskGib: 20,
  databaseGib: 20,
};

export const aws: CloudCost = {
  billing,
  lines: (config) => [
    { component: 'cluster', what: 'EKS, in standard support', count: 1, price: prices.cluster },
    nodes(config),
    {
      component: 'cluster',
      what: 'disks of the nodes, GiB',
      count: config.nodeCount * made.nodeDiskGib,
      price: prices.diskGib,
    },
    ...addresses(config),
    { component: 'entrance', what: 'load balancer', count: 1, price: prices.networkBalancer },
    {
      component: 'database',
      what: `RDS ${config.databaseSize}`,
      count: copies(config),
      price: prices.databases[config.databaseSize],
    },
    {
      component: 'database',
      what: 'its storage, GiB',
      count: copies(config) * made.databaseGib,
      price: prices.databaseGib,
    },
    {
      component: 'cache',
      what: 'Valkey, the least that is billed, GB',
      count: prices.leastCacheGb,
      price: prices.cacheGb,
    },
    { component: 'secrets', what: 'secrets', count: secretsOf(config), price: prices.secret },
    { component: 'monitoring', what: 'alarms', count: made.alarms, price: prices.alarm },
    { component: 'monitoring', what: 'dashboard', count: made.dashboards, price: prices.dashboard },
    ...firewall(config),
  ],
  uses,
};

/** A second copy in another zone stands ready in production. */
const copies = ({ profile }: PlatformConfig) => (profile === 'production' ? 2 : 1);

/** Stripe's own two, where it takes the payments. */
export const secretsOf = ({ paymentProvider }: PlatformConfig) =>
  made.secrets + (paymentProvider === 'stripe' ? 2 : 0);

function nodes({ nodeSize, nodeCount, nodeSpot }: PlatformConfig): Line {
  const onDemand = prices.machines[nodeSize];
  const line = { component: 'cluster', what: `${nodeSize} nodes`, count: nodeCount };
  if (!nodeSpot || onDemand === undefined) return { ...line, price: onDemand };
  return { ...line, what: `${line.what}, spot`, price: spot(onDemand), atMost: onDemand };
}

const spot = (onDemand: Price): Price => ({
  ...onDemand,
  usd: onDemand.usd * (1 - prices.spotDiscount.share),
  date: prices.spotDiscount.date,
  source: `${prices.spotDiscount.source}; on demand by ${onDemand.source}`,
});

export const natGateways = ({ nat, zones }: PlatformConfig): number =>
  ({ none: 0, single: 1, perZone: zones })[nat];

/** Every public address costs: those of nodes that stand in public subnets, or those of the NAT. */
function addresses(config: PlatformConfig): Line[] {
  const gateways = natGateways(config);
  const addressesOf = (what: string, count: number): Line => ({
    component: 'network',
    what,
    count,
    price: prices.publicAddress,
  });
  if (gateways === 0) return [addressesOf('public addresses of the nodes', config.nodeCount)];
  return [
    { component: 'network', what: 'NAT gateways', count: gateways, price: prices.natGateway },
    addressesOf('their public addresses', gateways),
  ];
}

function firewall({ waf }: PlatformConfig): Line[] {
  if (!waf) return [];
  return [
    { component: 'firewall', what: 'firewall', count: 1, price: prices.firewall },
    { component: 'firewall', what: 'its rules', count: made.firewallRules, price: prices.firewallRule },
  ];
}

/** A million orders of one product each. The counts follow from the path of an order (docs/architecture.md). */
function uses({ waf, nat }: PlatformConfig): Use[] {
  const requests = 5;
  const events = 5;
  const deliveries = 7;
  const invocations = 1 + deliveries + events;
  const million = (count: number) => `${count} an order`;
  const gigabytes = 10;
  return [
    {
      what: 'requests at the gateway',
      amount: requests,
      because: `${million(requests)}: it is placed, and looked at four times`,
      price: prices.requestsToGateway,
    },
    ...(waf
      ? [
          {
            what: 'requests at the firewall',
            amount: requests,
            because: 'as many',
            price: prices.firewallRequests,
          },
        ]
      : []),
    {
      what: 'invocations',
      amount: invocations,
      because: `${million(invocations)}: the request, each delivery, the relay of each event; fewer where they come in batches`,
      price: prices.invocations,
    },
    {
      what: 'their GB-seconds',
      amount: invocations * 1e6 * 0.5 * 0.1,
      because: '512 MB for a tenth of a second each, which is assumed and not measured on Lambda',
      price: prices.functionGbSeconds,
    },
    { what: 'events published', amount: events, because: million(events), price: prices.publishes },
    {
      what: 'requests to queues',
      amount: deliveries * 3,
      because: `${deliveries} deliveries: sent, received, deleted`,
      price: prices.queueRequests,
    },
    {
      what: 'documents written',
      amount: (1 + deliveries) * 4 * 2,
      because: 'four documents a unit of work, which counts twice',
      price: prices.documentWrites,
    },
    {
      what: 'documents read',
      amount: (requests + deliveries) * 2,
      because: 'two a request or delivery',
      price: prices.documentReads,
    },
    {
      what: 'gigabytes of logs',
      amount: gigabytes,
      because: '10 kB an order, which is assumed',
      price: prices.logs,
    },
    { what: 'traces', amount: 1, because: 'as many as are sampled', price: undefined },
    {
      what: 'metrics of the containers',
      amount: 1,
      because: 'each series costs by the month, whatever the orders; how many there are was not counted',
      price: undefined,
    },
    ...(nat === 'none'
      ? []
      : [
          {
            what: 'gigabytes through NAT',
            amount: gigabytes,
            because: 'telemetry, as much',
            price: prices.natGigabytes,
          },
        ]),
  ];
}
