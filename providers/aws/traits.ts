import type { Traits } from '../../components/traits.ts';
import { keptSeconds, visibilitySeconds } from './messaging.ts';

const days = (seconds: number) => `${seconds / 86_400} days`;

/**
 * What one notices of AWS. Sources: the developer guides of each service (quotas of DynamoDB, SNS, SQS, Lambda and API
 * Gateway; ElastiCache Serverless), as of 2026-11, and this folder’s own settings.
 */
export const traits: Traits = {
  Site: {
    'reached through': 'CloudFront, the bucket is private',
    'a change is seen': 'after 5 minutes at most',
    price: 'per request and GB',
  },
  Secrets: { 'a deleted name': 'free at once', price: 'per secret and month' },
  Documents: {
    'a unit of work': 'a transaction: 100 items, 4 MB, of any partition',
    reads: 'consistent; an index lags a little',
    latency: 'milliseconds',
    'grows by': 'on demand, by itself',
    backups: 'any moment of 35 days',
    price: 'per request, nothing while idle',
  },
  Messaging: {
    delivery: 'at least once',
    order: 'none',
    'message size': '256 KB',
    'hidden while handled': `${visibilitySeconds} s`,
    kept: days(keptSeconds),
    'dead letters': `a queue for each consumer, ${days(keptSeconds)}`,
    price: 'per request, nothing while idle',
  },
  Functions: {
    'woken by queues': 'Lambda polls; at once',
    'woken by documents': 'the table’s stream; under a second',
    'longest run': '30 s (Lambda allows 15 minutes)',
    'from nothing': 'a cold start; a sandbox handles one call at a time',
    'at once': 'as many as the account may, 10 in a new one',
    price: 'per call and GB-second, nothing while idle',
  },
  Database: {
    production: 'a second instance in another zone',
    'sign-in': 'passwords',
    price: 'per hour',
  },
  Cache: {
    keeps: 'up to a bound, and no longer than it is told',
    latency: 'under a millisecond, in the network',
    price: 'per GB-hour and request, from a floor',
  },
  Registry: { 'sign-in': 'a token of 12 hours', 'old images': 'the newest stay', price: 'per GB' },
  Cluster: {
    nodes: 'spot in learn, on demand in production',
    'identity of pods': 'Pod Identity',
    price: 'per hour, nodes beside it',
  },
  Gateway: {
    'token check': 'reads the issuer’s documents, by itself',
    'too many requests': '429, bounded for the whole API',
    'way to the cluster': 'a private link to a load balancer',
    'longest answer': '30 s',
    price: 'per request, nothing while idle',
  },
  Monitoring: {
    'logs and traces': 'CloudWatch and X-Ray',
    'alarms by': 'mail, from SNS',
    price: 'per GB, metric and alarm',
  },
};
