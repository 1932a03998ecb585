import { countedType, countName } from '../counted.ts';

export const countNamespace = (prefix: string): string => `${prefix}shop`;

/**
 * A log line's fields that CloudWatch takes for a metric, `handled` by consumer and type, without being called
 * (Amazon CloudWatch user guide, embedded metric format); undefined for an event that is not counted. A message that
 * is delivered twice counts twice.
 */
export function countOf(prefix: string, consumer: string, body: unknown, now = Date.now()) {
  const type = countedType(body);
  if (type === undefined) return undefined;
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: countNamespace(prefix),
          Dimensions: [['consumer', 'type']],
          Metrics: [{ Name: countName, Unit: 'Count' }],
        },
      ],
    },
    consumer,
    type,
    [countName]: 1,
  };
}
