/** What an order comes to: the events whose number says how the shop does. */
const counted = new Set<unknown>(['order.placed', 'order.confirmed', 'order.rejected', 'order.cancelled']);

/** What each of them is counted under, once for each consumer that handled it. */
export const countName = 'handled';

/** The type of an event that is counted; undefined for all others. */
export function countedType(body: unknown): string | undefined {
  const { type } = (body ?? {}) as { readonly type?: unknown };
  return counted.has(type) ? String(type) : undefined;
}
