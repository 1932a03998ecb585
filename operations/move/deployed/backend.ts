import type { OutboxStore } from '../../../runtime/adapters/shared/relay.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import type { Documents } from '../../../runtime/ports/documents.ts';
import type { Secrets } from '../../../runtime/ports/secrets.ts';

/** A cloud that a shop was deployed to, opened with the operator's own identity. */
export interface DeployedBackend {
  open(table: TableDefinition): Documents;
  outbox(table: TableDefinition): OutboxStore;
  /** Of all consumers: those in flight and those put off included. */
  countMessages(): Promise<number>;
  countDeadLetters(): Promise<number>;
  readonly secrets: Secrets;
  close(): Promise<void>;
}

/** @param env the settings that the shop's own workloads have @param consumers by name @throws ConfigError */
export type OpenBackend = (
  env: Readonly<Record<string, string | undefined>>,
  consumers: readonly string[],
) => DeployedBackend;
