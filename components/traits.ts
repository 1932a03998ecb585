/**
 * What clouds may differ in behind the contract, and somebody who uses the shop or runs it would notice: for each part
 * of a provider, by its component's name. docs/parity.md shows them side by side.
 */
export const aspects = {
  Site: ['reached through', 'a change is seen', 'price'],
  Secrets: ['a deleted name', 'price'],
  Documents: ['a unit of work', 'reads', 'latency', 'grows by', 'backups', 'price'],
  Messaging: ['delivery', 'order', 'message size', 'hidden while handled', 'kept', 'dead letters', 'price'],
  Functions: ['woken by queues', 'woken by documents', 'longest run', 'from nothing', 'at once', 'price'],
  Database: ['production', 'sign-in', 'price'],
  Cache: ['keeps', 'latency', 'price'],
  Registry: ['sign-in', 'old images', 'price'],
  Cluster: ['nodes', 'identity of pods', 'price'],
  Gateway: ['token check', 'too many requests', 'way to the cluster', 'longest answer', 'price'],
  Monitoring: ['logs and traces', 'alarms by', 'price'],
} as const satisfies Record<string, readonly string[]>;

type Aspects = typeof aspects;
export type PartName = keyof Aspects;

/** In short words: each is a cell of a table. */
export type Traits = {
  readonly [Part in PartName]: { readonly [Aspect in Aspects[Part][number]]: string };
};
