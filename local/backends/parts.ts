import type { InboxEntry, InboxMessage } from '../../runtime/adapters/local/inbox.ts';
import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import type { DeadLetters, EventPublisher } from '../../runtime/ports/event-bus.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { type BackendName, backendName } from './names.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A running shop as the console, the commands and the tests look into it, whatever it stands on. */
export interface ShopParts {
  open(table: TableDefinition): Documents;
  readonly publisher: EventPublisher;
  readonly deadLetters: DeadLetters;
  countDeadLetters(): Promise<number>;
  /** Messages that are on their way: unpublished, visible and in flight. At least so many, and 0 for none. */
  countQueued(): Promise<number>;
  readonly inbox: {
    /** One of the same id is kept once. */
    add(message: InboxMessage): Promise<void>;
    /** The newest first. `limit` is 1 to 1000. @default 100 */
    list(filter?: { readonly to?: string; readonly limit?: number }): Promise<InboxEntry[]>;
  };
  /** What was published of one aggregate, the oldest first. */
  eventsOf(subject: string): Promise<ShopEvent[]>;
  /** How often each type was published about each order. */
  countEvents(): Promise<Map<string, Record<string, number>>>;
  /** What was published before is forgotten: ISO 8601, UTC, and empty when there is nothing. */
  eventsSince(): Promise<string>;
  /** Says that what was placed before `at` (ISO 8601) was moved here: its events were published elsewhere. */
  markMoved(at: string): Promise<void>;
  answers(): Promise<boolean>;
  /** Keeps the events that are published, where the bus itself does not. For one process at a time: the console. */
  keepEvents(logger: Logger): Promise<{ stop(): Promise<void> }>;
  close(): Promise<void>;
}

/** @param name tells the connections apart @param max of connections to a database */
export type OpenParts = (env: Environment, name: string, max?: number) => ShopParts;

const parts: Record<BackendName, () => Promise<{ readonly openParts: OpenParts }>> = {
  local: () => import('./local/parts.ts'),
  aws: () => import('./aws/parts.ts'),
  azure: () => import('./azure/parts.ts'),
};

/** Of the backend that SHOP_BACKEND names. @default the local one */
const chosen = ({ SHOP_BACKEND }: Environment) => backendName(SHOP_BACKEND || 'local');

export async function openParts(...[env, ...rest]: Parameters<OpenParts>): Promise<ShopParts> {
  return (await parts[chosen(env)]()).openParts(env, ...rest);
}
