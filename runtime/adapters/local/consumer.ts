import { setTimeout as sleep } from 'node:timers/promises';
import { createMessageHandler } from '../../consumers/handle.ts';
import { conflictRetries } from '../../consumers/retry.ts';
import { AlreadyHandledError, UnavailableError } from '../../errors.ts';
import type { TableDefinition } from '../../function-service.ts';
import type { DocumentReader } from '../../ports/documents.ts';
import type { Consumer } from '../../ports/event-bus.ts';
import { asUnavailable, type Database, type PoolClient } from '../../sql/pool.ts';
import { faultPoint } from '../../telemetry/faults.ts';
import type { Logger } from '../../telemetry/log.ts';
import { commitError, commitStatement, commitValues, type Filled, type TableUnit } from './commit.ts';
import { type Delivery, deliveryFrom } from './delivery.ts';
import { createReader, type Query } from './documents.ts';
import { type Failure, type Message, returnMessages } from './retry.ts';
import { createStragglers } from './stragglers.ts';
import { wakeUpsOf } from './wake-ups.ts';
import { wavesOf } from './waves.ts';

export interface ConsumerDependencies {
  readonly database: Database;
  readonly table: TableDefinition;
  readonly logger: Logger;
  /** @default from BUS_CHAOS */
  readonly delivery?: Delivery;
}

const takeStatement = {
  name: 'queue-take',
  text: `with due as (
           select ctid from queue where consumer = $1 and visible_at <= now()
           order by visible_at, id limit $2 for update skip locked
         ), taken as (
           delete from queue q using due where q.ctid = due.ctid returning q.id, q.attempts, q.event_id
         )
         select t.attempts, t.event_id as "eventId", e.subject, e.body
         from taken t join event e on e.id = t.event_id order by t.id`,
};

/** How long a batch waits for its slowest handler, in milliseconds. */
const patienceMs = 500;

export interface BatchResult {
  readonly taken: number;
  /** When the earliest message put back is due, in milliseconds from now. */
  readonly retryInMs?: number;
}

export interface BatchProcessor {
  /**
   * Takes up to `limit` messages, commits what the handler makes of them and only then lets go of them: one
   * transaction. If the process dies anywhere in it, the messages are back at once.
   */
  run(limit: number): Promise<BatchResult>;
  /** Waits for the messages that batches did not wait for. */
  settled(): Promise<void>;
}

export function createBatchProcessor(consumer: Consumer, dependencies: ConsumerDependencies): BatchProcessor {
  const { database, table, logger } = dependencies;
  const delivery = dependencies.delivery ?? deliveryFrom(process.env);
  const wakeUps = wakeUpsOf(database);
  const handler = createMessageHandler(consumer);
  const handle = async (message: Message, documents: DocumentReader): Promise<TableUnit | undefined> => {
    const unit = await handler(message, documents);
    return unit && { service: table.name, indexes: table.indexes, unit };
  };
  const stragglers = createStragglers({ consumer, database, delivery, logger });

  /**
   * Throws before it returns if the units cannot be sent: then nothing is on its way that a COMMIT could follow.
   * @returns the commit under way
   */
  const commit = ({ client, filled }: Batch, units: readonly TableUnit[]): Promise<void> => {
    const values = commitValues(units, delivery);
    return client.query<Filled>({ ...commitStatement, values }).then(({ rows }) => {
      for (const name of rows[0]?.filled ?? []) filled.add(name);
    });
  };

  /** All of a wave at once, and one commit for those that are done in time, which may still be under way. */
  const runWave = async (batch: Batch, wave: readonly Message[]): Promise<Failure[]> => {
    const units: TableUnit[] = [];
    const failures: Failure[] = [];
    const slow = new Map<Message, Promise<TableUnit | undefined>>();
    const all = wave.map(async (message) => {
      const work = handle(message, batch.documents);
      slow.set(message, work);
      try {
        const unit = await work;
        if (slow.has(message) && unit) units.push(unit);
      } catch (error) {
        if (slow.has(message)) failures.push({ message, error });
      }
      slow.delete(message);
    });
    const timer = new AbortController();
    await Promise.race([
      Promise.all(all),
      sleep(patienceMs, undefined, { signal: timer.signal }).catch(() => {}),
    ]);
    timer.abort();
    const left = [...slow];
    slow.clear();
    if (left.length > 0) batch.letGo();
    for (const [message, work] of left)
      batch.afterCommit.push(await stragglers.leave(batch.client, message, work));
    if (units.length === 0) return failures;
    batch.last(commit(batch, units));
    return failures;
  };

  /**
   * One message by itself, decided again after a conflict. Whatever the store refuses of it, be it for good, is
   * undone, so that the message can be put back or given up.
   */
  const runAlone = async (batch: Batch, message: Message): Promise<Failure[]> => {
    const { client, documents } = batch;
    for (let round = 1; ; round += 1) {
      await client.query('savepoint alone');
      try {
        const unit = await handle(message, documents);
        if (unit) await commit(batch, [unit]);
        return [];
      } catch (error) {
        await client.query('rollback to savepoint alone');
        const known = commitError(error);
        if (known instanceof AlreadyHandledError) return [];
        if (known && round <= conflictRetries) continue;
        return [{ message, error: known ?? error }];
      }
    }
  };

  const transaction = async (limit: number): Promise<BatchResult> => {
    const afterCommit: (() => void)[] = [];
    const filled = new Set<string>();
    const result = await database.transaction(async (client, last) => {
      const { rows } = await client.query<Message & Record<string, unknown>>({
        ...takeStatement,
        values: [consumer.name, limit],
      });
      const [first] = rows;
      if (!first) return { taken: 0 };
      const batch = createBatch(client, database, table, { afterCommit, filled, last });
      const failures: Failure[] = [];
      if (limit === 1) failures.push(...(await runAlone(batch, first)));
      else for (const wave of wavesOf(rows)) failures.push(...(await runWave(batch, wave)));
      faultPoint('consumer.before-commit');
      return { taken: rows.length, retryInMs: await returnMessages(client, consumer, failures, logger) };
    });
    if (result.taken > 0) faultPoint('consumer.after-commit');
    if (filled.size > 0) wakeUps.tell([...filled]);
    for (const run of afterCommit) run();
    return result;
  };

  const run = async (limit: number): Promise<BatchResult> => {
    try {
      return await transaction(limit);
    } catch (error) {
      if (limit === 1 || asUnavailable(error) instanceof UnavailableError) throw error;
      // Whatever it is, in a read or at the commit, one message may be at fault for all: find out which, in smaller
      // batches down to one by one, so that whatever does no harm still goes together.
      const smaller = Math.ceil(limit / 5);
      for (let left = limit; left > 0; left -= smaller) await run(smaller);
      return { taken: limit };
    }
  };
  return { run, settled: stragglers.settled };
}

interface Batch {
  readonly client: PoolClient;
  readonly documents: DocumentReader;
  /** What is to be done once the transaction is committed. */
  readonly afterCommit: (() => void)[];
  /** The consumers to be woken then. */
  readonly filled: Set<string>;
  /** Takes a statement that is on its way and need not be waited for. */
  last(sent: Promise<void>): void;
  /** From now on reads go elsewhere: a handler that is still running outlives the transaction. */
  letGo(): void;
}

function createBatch(
  client: PoolClient,
  database: Database,
  table: TableDefinition,
  outcome: Pick<Batch, 'afterCommit' | 'filled' | 'last'>,
): Batch {
  let query: Query = (text, values, name) => client.query({ text, values: values as unknown[], name });
  return {
    client,
    documents: createReader((text, values, name) => query(text, values, name), table.name),
    ...outcome,
    letGo: () => {
      query = (text, values, name) => database.query(text, values, name);
    },
  };
}
