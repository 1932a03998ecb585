import type { Traits } from '../../components/traits.ts';

/**
 * What one notices of Azure. Sources: learn.microsoft.com (limits of Cosmos DB, Service Bus, Functions on Flex
 * Consumption, API Management and Managed Redis), as of 2026-11, and this folder’s own settings.
 */
export const traits: Traits = {
  Site: {
    'reached through': 'the storage account’s own web address',
    'a change is seen': 'at once, or when a reader’s own copy is old',
    price: 'per request and GB',
  },
  Secrets: {
    'a deleted name': 'held for days: names end in something random',
    price: 'per request',
  },
  Documents: {
    'a unit of work': 'a batch: 100 operations, 2 MB, of one partition',
    reads: 'consistent in a session; an index is of the same moment',
    latency: 'milliseconds',
    'grows by': 'serverless, by itself',
    backups: 'any moment of 7 days; of 30 in production',
    price: 'per request unit, nothing while idle',
  },
  Messaging: {
    delivery: 'at least once',
    order: 'none',
    'message size': '256 KB',
    'hidden while handled': '60 s, renewed by the host while it works',
    kept: '14 days',
    'dead letters': 'a subscription’s own, until they are purged',
    price: 'per hour, requests beside it',
  },
  Functions: {
    'woken by queues': 'the host listens; at once, unless it is scaled to nothing',
    'woken by documents': 'the change feed, asked every few seconds',
    'longest run': '30 s (Flex Consumption has no bound of its own)',
    'from nothing': 'a cold start; an instance handles many calls at a time',
    'at once': '40 instances or more of each app',
    price: 'per call and GB-second, nothing while idle',
  },
  Database: {
    production: 'a standby in another zone',
    'sign-in': 'passwords',
    price: 'per hour',
  },
  Cache: {
    keeps: 'as much as its size holds, the longest unused goes first',
    latency: 'under a millisecond, in the network',
    price: 'per hour, by size',
  },
  Registry: {
    'sign-in': 'Entra ID for the nodes; a password for the program',
    'old images': 'all stay',
    price: 'per day',
  },
  Cluster: {
    nodes: 'on demand',
    'identity of pods': 'workload identity',
    price: 'nothing in learn, per hour in production; nodes beside it',
  },
  Gateway: {
    'token check': 'by the key that the policy holds',
    'too many requests': '429, bounded for the whole API; not on the tier of learn',
    'way to the cluster': 'public by TLS with a key in learn, private in production',
    'longest answer': '25 s by the function’s own bound (230 s by Azure’s)',
    price: 'per request in learn, per hour in production',
  },
  Monitoring: {
    'logs and traces': 'Log Analytics and Application Insights',
    'alarms by': 'mail, from an action group; one alarm for all consumers’ messages',
    price: 'per GB, with a daily bound in learn',
  },
};
