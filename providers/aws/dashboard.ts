import * as pulumi from '@pulumi/pulumi';
import { countName } from '../../runtime/edges/counted.ts';

/** What is watched, by the names that CloudWatch knows it by. */
export interface Watched {
  readonly functions: readonly { readonly name: string; readonly functionName: string }[];
  readonly consumers: readonly {
    readonly name: string;
    readonly queueName: string;
    readonly deadLetterQueueName: string;
  }[];
  readonly tables: readonly string[];
  readonly failuresQueueName: string;
  /** Where the functions' own counts are. */
  readonly countNamespace: string;
  readonly apiId: pulumi.Output<string>;
  readonly databaseId: pulumi.Output<string>;
  readonly cacheName: pulumi.Output<string>;
}

export interface AlarmShape {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: 'Sum' | 'Maximum' | 'Average';
  readonly comparisonOperator: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
}

const gibibyte = 1024 ** 3;

/** What should wake somebody, each with what to do. */
export function alarmsOf(watched: Watched): AlarmShape[] {
  const above = { comparisonOperator: 'GreaterThanThreshold' } as const;
  return [
    ...watched.consumers.flatMap(({ name, queueName, deadLetterQueueName }): AlarmShape[] => [
      {
        name: `${name}-dead-letters`,
        description: `Messages of ${name} were given up: npm run dlq shows them`,
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: deadLetterQueueName },
        statistic: 'Maximum',
        ...above,
        threshold: 0,
        period: 60,
        evaluationPeriods: 1,
      },
      {
        name: `${name}-age`,
        description: `${name} has waited for more than ten minutes: is its function failing, or throttled?`,
        namespace: 'AWS/SQS',
        metricName: 'ApproximateAgeOfOldestMessage',
        dimensions: { QueueName: queueName },
        statistic: 'Maximum',
        ...above,
        threshold: 600,
        period: 60,
        evaluationPeriods: 5,
      },
    ]),
    ...watched.functions.flatMap(({ name, functionName }): AlarmShape[] => [
      {
        name: `${name}-errors`,
        description: `The ${name} function ended without an answer: its log tells why`,
        namespace: 'AWS/Lambda',
        metricName: 'Errors',
        dimensions: { FunctionName: functionName },
        statistic: 'Sum',
        ...above,
        threshold: 5,
        period: 300,
        evaluationPeriods: 1,
      },
      {
        name: `${name}-throttles`,
        description: `The ${name} function is held back by the account's concurrency`,
        namespace: 'AWS/Lambda',
        metricName: 'Throttles',
        dimensions: { FunctionName: functionName },
        statistic: 'Sum',
        ...above,
        threshold: 10,
        period: 300,
        evaluationPeriods: 2,
      },
    ]),
    {
      name: 'failed-invocations',
      description: 'An invocation of a stream or a schedule failed for good',
      namespace: 'AWS/SQS',
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: watched.failuresQueueName },
      statistic: 'Maximum',
      ...above,
      threshold: 0,
      period: 60,
      evaluationPeriods: 1,
    },
    {
      name: 'gateway-errors',
      description: 'The gateway answers with 5xx',
      namespace: 'AWS/ApiGateway',
      metricName: '5xx',
      dimensions: { ApiId: watched.apiId },
      statistic: 'Sum',
      ...above,
      threshold: 10,
      period: 300,
      evaluationPeriods: 1,
    },
    {
      name: 'database-processor',
      description: 'The database is short of processor',
      namespace: 'AWS/RDS',
      metricName: 'CPUUtilization',
      dimensions: { DBInstanceIdentifier: watched.databaseId },
      statistic: 'Average',
      ...above,
      threshold: 80,
      period: 300,
      evaluationPeriods: 3,
    },
    {
      name: 'database-storage',
      description: 'The database has less than 2 GiB of disk left',
      namespace: 'AWS/RDS',
      metricName: 'FreeStorageSpace',
      dimensions: { DBInstanceIdentifier: watched.databaseId },
      statistic: 'Average',
      comparisonOperator: 'LessThanThreshold',
      threshold: 2 * gibibyte,
      period: 300,
      evaluationPeriods: 1,
    },
  ];
}

type Metric = readonly [string, string, ...pulumi.Input<string | object>[]];

const reservesStock = 'inventory-saga';
const tellsCustomers = 'notification-mail';

/** Two panels a row, on the 24 columns of a CloudWatch dashboard. */
export function dashboardBody(watched: Watched, region: string): pulumi.Output<string> {
  const panels = panelsOf(watched);
  return pulumi.jsonStringify({
    widgets: panels.map(({ title, metrics, stat }, at) => ({
      type: 'metric',
      x: (at % 2) * 12,
      y: Math.floor(at / 2) * 6,
      width: 12,
      height: 6,
      properties: { title, metrics, stat, region, period: 60, view: 'timeSeries' },
    })),
  });
}

interface Panel {
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly stat: string;
}

function panelsOf(watched: Watched): Panel[] {
  const { functions, consumers, tables, apiId, databaseId, cacheName } = watched;
  const lambda = (metric: string): Metric[] =>
    functions.map(({ name, functionName }) => [
      'AWS/Lambda',
      metric,
      'FunctionName',
      functionName,
      { label: name },
    ]);
  const queues = (metric: string, dead = false): Metric[] =>
    consumers.map(({ name, queueName, deadLetterQueueName }) => [
      'AWS/SQS',
      metric,
      'QueueName',
      dead ? deadLetterQueueName : queueName,
      { label: name },
    ]);
  /** Each is heard by several: counted where it is heard by one that hears it always. */
  const orders = (state: string, consumer: string): Metric => [
    watched.countNamespace,
    countName,
    'consumer',
    consumer,
    'type',
    `order.${state}`,
    { label: state },
  ];
  return [
    { title: 'Function calls', metrics: lambda('Invocations'), stat: 'Sum' },
    { title: 'Function errors', metrics: lambda('Errors'), stat: 'Sum' },
    { title: 'Function duration, p95', metrics: lambda('Duration'), stat: 'p95' },
    {
      title: 'Gateway',
      metrics: ['Count', '4xx', '5xx'].map((metric) => ['AWS/ApiGateway', metric, 'ApiId', apiId]),
      stat: 'Sum',
    },
    {
      title: 'Gateway latency, p95',
      metrics: ['Latency', 'IntegrationLatency'].map((metric) => ['AWS/ApiGateway', metric, 'ApiId', apiId]),
      stat: 'p95',
    },
    {
      title: 'Orders: placed, and what they came to',
      metrics: [
        orders('placed', reservesStock),
        ...['confirmed', 'rejected', 'cancelled'].map((state) => orders(state, tellsCustomers)),
      ],
      stat: 'Sum',
    },
    { title: 'Queues: waiting', metrics: queues('ApproximateNumberOfMessagesVisible'), stat: 'Maximum' },
    {
      title: 'Queues: age of the oldest, seconds',
      metrics: queues('ApproximateAgeOfOldestMessage'),
      stat: 'Maximum',
    },
    { title: 'Dead letters', metrics: queues('ApproximateNumberOfMessagesVisible', true), stat: 'Maximum' },
    {
      title: 'Documents: throttled',
      metrics: tables.map((table) => ['AWS/DynamoDB', 'ThrottledRequests', 'TableName', table]),
      stat: 'Sum',
    },
    {
      title: 'Database',
      metrics: ['CPUUtilization', 'DatabaseConnections'].map((metric) => [
        'AWS/RDS',
        metric,
        'DBInstanceIdentifier',
        databaseId,
      ]),
      stat: 'Average',
    },
    {
      title: 'Cache',
      metrics: ['CacheHits', 'CacheMisses'].map((metric) => [
        'AWS/ElastiCache',
        metric,
        'CacheClusterId',
        cacheName,
      ]),
      stat: 'Sum',
    },
  ];
}
