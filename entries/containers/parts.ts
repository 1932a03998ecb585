import type { EventPublisher } from '../../runtime/ports/event-bus.ts';

/** What every container gets from its host, whichever cloud it is. */
export interface ContainerParts {
  readonly publisher: EventPublisher;
  /** Lets go of connections, after everything else has ended. */
  close(): Promise<unknown> | unknown;
}
