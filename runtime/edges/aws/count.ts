/** What an order comes to: the events whose number says how the shop does. */
const counted = new Set<unknown>(['order.placed', 'order.confirmed', 'order.rejected', 'order.cancelled']);

export const countName = 'handled';
export const countNamespace = (prefix: string): string => `${prefix}shop`;

/**
 * A log line's fields that CloudWatch takes for a metric, `handled` by consumer and type, without being called
 * (Amazon CloudWatch user guide, embedded metric format); undefined for an event that is not counted. A message that
 * is delivered twice counts twice.
 */
export function countOf(prefix: string, consumer: string, body: unknown, now = Date.now()) {
  const { type } = (body ?? {}) as { readonly type?: unknown };
  if (!counted.has(type)) return undefined;
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
