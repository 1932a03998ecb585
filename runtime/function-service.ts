import type { Route, ServiceName } from './http/route.ts';
import type { Indexes } from './ports/documents.ts';
import type { Consumer } from './ports/event-bus.ts';

export interface Schedule {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<void>;
}

/** A service of functions: what a host must call, and when. No server, no loop, no timer inside. */
export interface FunctionService {
  readonly name: ServiceName;
  readonly routes: readonly Route[];
  readonly consumers: readonly Consumer[];
  readonly schedules: readonly Schedule[];
}

/** The document table of a service, as data for whoever makes the table. */
export interface TableDefinition {
  /** The service's name, or what stands for one, such as a simulated provider's own books. */
  readonly name: string;
  readonly indexes: Indexes;
}
