import type { APIGatewayProxyEventV2, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import type { HttpEdge } from './http.ts';
import type { Deadline, QueueEdge } from './queue.ts';
import type { ScheduleEdge, ScheduleEvent } from './schedule.ts';
import type { StreamEdge } from './stream.ts';

export interface LambdaEdges {
  readonly http: HttpEdge;
  readonly queue: QueueEdge;
  readonly stream: StreamEdge;
  readonly schedule: ScheduleEdge;
  /** Sends what telemetry is waiting: after the answer the process is frozen. */
  flush(): Promise<void>;
}

export type LambdaHandler = (event: unknown, context: Deadline) => Promise<unknown>;

/** One function for all that a service is called by: an HTTP API, its queues, its tables' streams, its schedules. */
export function createLambdaHandler(edges: LambdaEdges): LambdaHandler {
  const answer = async (event: unknown, context: Deadline): Promise<unknown> => {
    if (isHttp(event)) return edges.http(event);
    if (isBatchFrom<SQSEvent>(event, 'aws:sqs')) return edges.queue(event, context);
    if (isBatchFrom<DynamoDBStreamEvent>(event, 'aws:dynamodb')) return edges.stream(event);
    if (isSchedule(event)) return edges.schedule(event);
    throw new Error(
      'this event is of no kind that the function knows: HTTP API 2.0, SQS, DynamoDB or schedule',
    );
  };
  return async (event, context) => {
    try {
      return await answer(event, context);
    } finally {
      await edges.flush();
    }
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function isHttp(event: unknown): event is APIGatewayProxyEventV2 {
  return isObject(event) && typeof event.routeKey === 'string' && isObject(event.requestContext);
}

function isBatchFrom<Event extends SQSEvent | DynamoDBStreamEvent>(
  event: unknown,
  source: string,
): event is Event {
  return isObject(event) && Array.isArray(event.Records) && event.Records[0]?.eventSource === source;
}

function isSchedule(event: unknown): event is ScheduleEvent & Record<string, unknown> {
  return isObject(event) && typeof event.schedule === 'string';
}
