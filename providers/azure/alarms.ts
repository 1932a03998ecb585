import type * as pulumi from '@pulumi/pulumi';
import type { Watched } from './dashboard.ts';

export interface AlarmShape {
  readonly name: string;
  readonly description: string;
  readonly resourceId: pulumi.Output<string>;
  readonly metricNamespace: string;
  readonly metricName: string;
  readonly dimensions?: {
    readonly name: string;
    readonly operator: 'Include';
    readonly values: pulumi.Input<string>[];
  }[];
  readonly timeAggregation: 'Total' | 'Count' | 'Minimum' | 'Maximum' | 'Average';
  readonly operator: 'GreaterThan' | 'LessThan';
  readonly threshold: number;
  /** That are looked at each time. */
  readonly minutes: 1 | 5 | 15;
}

const gibibyte = 1024 ** 3;

/** Events that may lie in all subscriptions together at a busy time. */
const waitingEvents = 100;

/** What should wake somebody, each with what to do. */
export function alarmsOf(watched: Watched): AlarmShape[] {
  const above = { operator: 'GreaterThan' } as const;
  const only = (name: string, value: pulumi.Input<string>) => [
    { name, operator: 'Include' as const, values: [value] },
  ];
  // Service Bus tells of a topic, and of its subscriptions only in sum.
  const topic = {
    resourceId: watched.namespaceId,
    metricNamespace: 'Microsoft.ServiceBus/namespaces',
    dimensions: only('EntityName', watched.topicName),
    ...above,
  };
  const database = {
    resourceId: watched.databaseId,
    metricNamespace: 'Microsoft.DBforPostgreSQL/flexibleServers',
    timeAggregation: 'Average',
  } as const;
  return [
    {
      ...topic,
      name: 'dead-letters',
      description: 'Messages were given up: npm run dlq shows them, and whose they are',
      metricName: 'DeadletteredMessages',
      timeAggregation: 'Maximum',
      threshold: 0,
      minutes: 1,
    },
    {
      ...topic,
      name: 'waiting',
      description: 'Events wait, and none of a quarter of an hour was without: is a function failing?',
      metricName: 'ActiveMessages',
      timeAggregation: 'Minimum',
      threshold: waitingEvents,
      minutes: 15,
    },
    ...watched.functions.map(
      ({ name, appName }): AlarmShape => ({
        name: `${name}-errors`,
        description: `The ${name} function ended without an answer: its log tells why`,
        resourceId: watched.insightsId,
        metricNamespace: 'Microsoft.Insights/components',
        metricName: 'requests/failed',
        dimensions: only('cloud/roleName', appName),
        timeAggregation: 'Count',
        ...above,
        threshold: 5,
        minutes: 5,
      }),
    ),
    {
      name: 'documents-throttled',
      description: 'Cosmos DB turns requests away: a partition has more of them than it serves',
      resourceId: watched.documentsId,
      metricNamespace: 'Microsoft.DocumentDB/databaseAccounts',
      metricName: 'TotalRequests',
      dimensions: only('StatusCode', '429'),
      timeAggregation: 'Count',
      ...above,
      threshold: 10,
      minutes: 5,
    },
    {
      name: 'gateway-errors',
      description: 'The gateway answers with 5xx',
      resourceId: watched.gatewayId,
      metricNamespace: 'Microsoft.ApiManagement/service',
      metricName: 'Requests',
      dimensions: only('GatewayResponseCodeCategory', '5xx'),
      timeAggregation: 'Total',
      ...above,
      threshold: 10,
      minutes: 5,
    },
    {
      ...database,
      name: 'database-processor',
      description: 'The database is short of processor',
      metricName: 'cpu_percent',
      ...above,
      threshold: 80,
      minutes: 15,
    },
    {
      ...database,
      name: 'database-storage',
      description: 'The database has less than 2 GiB of disk left',
      metricName: 'storage_free',
      operator: 'LessThan',
      threshold: 2 * gibibyte,
      minutes: 5,
    },
  ];
}
