import * as pulumi from '@pulumi/pulumi';
import { countStart } from '../../runtime/edges/azure/count.ts';

/** What is watched, by the ids that Azure Monitor knows it by. */
export interface Watched {
  readonly functions: readonly { readonly name: string; readonly appName: pulumi.Output<string> }[];
  readonly workspaceId: pulumi.Output<string>;
  readonly insightsId: pulumi.Output<string>;
  readonly namespaceId: pulumi.Output<string>;
  readonly topicName: string;
  readonly documentsId: pulumi.Output<string>;
  readonly gatewayId: pulumi.Output<string>;
  readonly databaseId: pulumi.Output<string>;
  readonly cacheId: pulumi.Output<string>;
}

/** How a workbook writes what is made of a metric's values within a minute. */
const aggregations = { total: 1, maximum: 3, average: 4, count: 7 } as const;

interface MetricPanel {
  readonly title: string;
  readonly resourceId: pulumi.Output<string>;
  readonly resourceType: string;
  readonly metrics: readonly string[];
  readonly aggregation: keyof typeof aggregations;
  readonly splitBy?: string;
}

interface QueryPanel {
  readonly title: string;
  /** In Kusto. */
  readonly query: string;
}

type Panel = MetricPanel | QueryPanel;

const hours = 4;
const timeContext = { durationMs: hours * 3600 * 1000 };
const perMinute = 'bin(TimeGenerated, 1m)';

const reservesStock = 'inventory-saga';
const tellsCustomers = 'notification-mail';

/** Two panels a row. */
export function dashboardBody(watched: Watched): pulumi.Output<string> {
  return pulumi.jsonStringify({
    version: 'Notebook/1.0',
    items: panelsOf(watched).map((panel, at) => ({
      ...('query' in panel ? queryItem(panel, watched.workspaceId) : metricItem(panel, at)),
      customWidth: '50',
      name: panel.title,
    })),
    fallbackResourceIds: [watched.insightsId],
    $schema: 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json',
  });
}

function panelsOf(watched: Watched): Panel[] {
  const bus = { resourceId: watched.namespaceId, resourceType: 'microsoft.servicebus/namespaces' };
  const api = { resourceId: watched.gatewayId, resourceType: 'microsoft.apimanagement/service' };
  const counts = `AppTraces | where Message startswith '${countStart}' | extend line = parse_json(Message) | extend consumer = tostring(line.consumer), event = tostring(line.type), waitedMs = tolong(line.waitedMs)`;
  return [
    {
      title: 'Service calls',
      query: `AppRequests | summarize sum(ItemCount) by ${perMinute}, AppRoleName`,
    },
    {
      title: 'Service errors',
      query: `AppRequests | where Success == false | summarize sum(ItemCount) by ${perMinute}, AppRoleName`,
    },
    {
      title: 'Service duration, p95, milliseconds',
      query: `AppRequests | summarize percentile(DurationMs, 95) by ${perMinute}, AppRoleName`,
    },
    {
      title: 'Gateway',
      ...api,
      metrics: ['Requests'],
      aggregation: 'total',
      splitBy: 'GatewayResponseCodeCategory',
    },
    {
      title: 'Gateway latency, milliseconds',
      ...api,
      metrics: ['Duration', 'BackendDuration'],
      aggregation: 'average',
    },
    {
      title: 'Orders: placed, and what they came to',
      // Each is heard by several: counted where it is heard by one that hears it always.
      query: `${counts} | where consumer == iff(event == 'order.placed', '${reservesStock}', '${tellsCustomers}') | summarize sum(ItemCount) by ${perMinute}, event`,
    },
    {
      title: 'Queues: waiting, of all consumers',
      ...bus,
      metrics: ['ActiveMessages', 'ScheduledMessages'],
      aggregation: 'maximum',
    },
    {
      title: 'Queues: age of what was handled, seconds',
      query: `${counts} | summarize max(waitedMs) / 1000 by ${perMinute}, consumer`,
    },
    {
      title: 'Dead letters, of all consumers',
      ...bus,
      metrics: ['DeadletteredMessages'],
      aggregation: 'maximum',
    },
    {
      title: 'Documents, by status',
      resourceId: watched.documentsId,
      resourceType: 'microsoft.documentdb/databaseaccounts',
      metrics: ['TotalRequests'],
      aggregation: 'count',
      splitBy: 'StatusCode',
    },
    {
      title: 'Database',
      resourceId: watched.databaseId,
      resourceType: 'microsoft.dbforpostgresql/flexibleservers',
      metrics: ['cpu_percent', 'active_connections'],
      aggregation: 'average',
    },
    {
      title: 'Cache',
      resourceId: watched.cacheId,
      resourceType: 'microsoft.cache/redisenterprise',
      metrics: ['cachehits', 'cachemisses'],
      aggregation: 'total',
    },
  ];
}

function metricItem(panel: MetricPanel, at: number) {
  const { title, resourceId, resourceType, metrics, aggregation, splitBy } = panel;
  return {
    type: 10,
    content: {
      chartId: `panel-${at}`,
      version: 'MetricsItem/2.0',
      title,
      size: 0,
      chartType: 2,
      resourceType,
      metricScope: 0,
      resourceIds: [resourceId],
      timeContext,
      metrics: metrics.map((metric) => ({
        namespace: resourceType,
        metric: `${resourceType}--${metric}`,
        aggregation: aggregations[aggregation],
        splitBy: splitBy ?? null,
      })),
    },
  };
}

function queryItem({ title, query }: QueryPanel, workspaceId: pulumi.Output<string>) {
  return {
    type: 3,
    content: {
      version: 'KqlItem/1.0',
      title,
      query,
      size: 0,
      queryType: 0,
      resourceType: 'microsoft.operationalinsights/workspaces',
      crossComponentResources: [workspaceId],
      timeContext,
      visualization: 'timechart',
    },
  };
}
