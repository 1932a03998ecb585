/**
 * List prices of us-east-1, where they are told most widely; other regions cost more or less. Each has its source and
 * the date of it. Nothing here was computed or guessed, but for the price of spot, which says how.
 */
import type { Price, UnitPrice } from './price.ts';

const region = 'us-east-1';
const from =
  (source: string, date: string, per: Price['per']) =>
  (usd: number): Price => ({ usd, per, region, date, source });
const unit =
  (source: string, date: string) =>
  (usd: number, per: string): UnitPrice => ({ usd, per, region, date, source });

const priceList = from(
  'aws/karpenter-provider-aws, zz_generated.pricing_aws.go at 031e72b',
  '2026-01-19',
  'hour',
);

/** By machine type. */
export const machines: Readonly<Record<string, Price>> = {
  't3.medium': priceList(0.0416),
  't3.large': priceList(0.0832),
  't3.xlarge': priceList(0.1664),
  't3a.medium': priceList(0.0376),
  't3a.large': priceList(0.0752),
  't4g.medium': priceList(0.0336),
  't4g.large': priceList(0.0672),
  'm5.large': priceList(0.096),
  'm5.xlarge': priceList(0.192),
  'm5a.large': priceList(0.086),
  'm6g.large': priceList(0.077),
  'c5.large': priceList(0.085),
};

/**
 * Spot moves with demand and never goes above the price on demand (EC2 user guide, spot price history). What is reckoned
 * with is the smaller of the two discounts that an operator of an EKS cluster on t3.medium and t3a.medium reports.
 */
export const spotDiscount = {
  share: 0.6,
  source: '60 to 70 % less than on demand: 3h4x.github.io, Spot instances on EKS',
  date: '2025-07-10',
};

const rds = from(
  'infratally.com, RDS pricing explained 2026; db.m7g.large as price tables of public code have it, looked up',
  '2026-11-24',
  'hour',
);
export const databases: Readonly<Record<string, Price>> = {
  'db.t4g.micro': rds(0.016),
  'db.t4g.small': rds(0.032),
  'db.t4g.medium': rds(0.065),
  'db.m7g.large': rds(0.168),
};

export const cluster = from('cloudburn.io, Amazon EKS pricing', '2026-04-01', 'hour')(0.1);
const rules = 'srdjanrist/get-infra-done, references/cost-rules.md, looked up';
const simple = 'JasonZ-Git/JasonTechnology, AWS_Pricing_Simple.md, looked up';
const lookedUp = '2026-11-24';
export const diskGib = from(rules, lookedUp, 'month')(0.08);
export const publicAddress = from(
  'each public IPv4 address since 2024-02, as price tables of public code have it, looked up',
  lookedUp,
  'hour',
)(0.005);
export const natGateway = from(rules, lookedUp, 'hour')(0.045);
export const networkBalancer = from(
  'per load balancer, as price tables of public code have it, looked up',
  lookedUp,
  'hour',
)(0.0225);
export const databaseGib = from('usage.ai, RDS pricing calculator', '2026-06', 'month')(0.115);
/** The least that is billed is a tenth of a gigabyte. */
export const cacheGb = from('usage.ai, ElastiCache Serverless pricing', '2026-06', 'hour')(0.084);
export const leastCacheGb = 0.1;
export const secret = from('hivebook.wiki, AWS Secrets Manager', '2026', 'month')(0.4);
const cloudwatch = from('factualminds.com, CloudWatch pricing', '2026-06-13', 'month');
export const alarm = cloudwatch(0.1);
export const dashboard = cloudwatch(3);
const waf = from('c3x.dev, AWS WAF cost; awsnegotiations.com', '2026', 'month');
export const firewall = waf(5);
export const firewallRule = waf(1);

const tables = unit(simple, lookedUp);
export const requestsToGateway = tables(1, 'million requests');
export const invocations = tables(0.2, 'million');
/** Of x86; the functions run on arm64, which costs less. */
export const functionGbSeconds = unit(rules, lookedUp)(0.0000166667, 'GB and second');
export const publishes = tables(0.5, 'million');
export const queueRequests = tables(0.4, 'million requests');
export const documentWrites = unit('linkedin.com, Amazon DynamoDB pricing explained', '2025')(
  0.625,
  'million write units',
);
export const documentReads = unit('linkedin.com, Amazon DynamoDB pricing explained', '2025')(
  0.125,
  'million read units',
);
export const logs = unit('factualminds.com, CloudWatch pricing', '2026-06-13')(0.5, 'GB');
export const firewallRequests = unit('c3x.dev, AWS WAF cost', '2026')(0.6, 'million requests');
export const natGigabytes = unit(rules, lookedUp)(0.045, 'GB');
