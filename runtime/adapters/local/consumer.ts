import { performance } from 'node:perf_hooks';
import { parseEvent } from '../../contracts/events/make.ts';
import { AlreadyHandledError } from '../../errors.ts';
import type { TableDefinition } from '../../function-service.ts';
import type { DocumentReader } from '../../ports/documents.ts';
import type { Consumer } from '../../ports/event-bus.ts';
import type { Database, PoolClient } from '../../sql/pool.ts';
import { faultPoint } from '../../telemetry/faults.ts';
import type { Logger } from '../../telemetry/log.ts';
import { recordMessage } from '../../telemetry/metrics.ts';
import { SpanKind, withSpan } from '../../telemetry/tracing.ts';
import { commitError, commitStatement, commitValues, type TableUnit } from './commit.ts';
import { type Delivery, deliveryFrom } from './delivery.ts';
import { createReader, type Query } from './documents.ts';
import { type Failure, type Message, returnMessages } from './retry.ts';

export interface ConsumerDependencies {
  readonly database: Database;
  readonly table: TableDefinition;
  readonly logger: Logger;
  /** @default from BUS_CHAOS */
  readonly delivery?: Delivery;
}

/** The messages of a batch cannot be committed together: take them one by one. */
class BatchConflictError extends Error {
  override readonly name = 'BatchConflictError';
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

/** A conflict is somebody else's progress: decide again at once, this often, before it counts as a failure. */
const conflictRetries = 4;

export interface BatchResult {
  readonly taken: number;
  /** When the earliest message put back is due, in milliseconds from now. */
  readonly retryInMs?: number;
}

/**
 * Takes up to `limit` messages of a consumer, commits what its handler makes of them and only then lets go of
 * them: one transaction. If the process dies anywhere in it, the messages are back at once.
 */
export function createBatchProcessor(consumer: Consumer, dependencies: ConsumerDependencies) {
  const { database, table, logger } = dependencies;
  const delivery = dependencies.delivery ?? deliveryFrom(process.env);

  const handle = (message: Message, documents: DocumentReader): Promise<TableUnit | undefined> => {
    const startedAt = performance.now();
    const labels = { 'messaging.consumer.group.name': consumer.name };
    return (async () => {
      const event = parseEvent(message.body);
      const options = { kind: SpanKind.CONSUMER, traceparent: event.traceparent, attributes: labels };
      return withSpan(`${consumer.name} ${event.type}`, options, async (span) => {
        span.setAttributes({ 'messaging.message.id': event.id, 'shop.subject': event.subject });
        const unit = await consumer.handle(event, { documents, attempt: message.attempts + 1 });
        return unit && { service: table.name, indexes: table.indexes, unit };
      });
    })().then(
      (unit) => {
        recordMessage(performance.now() - startedAt, { ...labels, outcome: 'handled' });
        return unit;
      },
      (error: unknown) => {
        recordMessage(performance.now() - startedAt, { ...labels, outcome: 'failed' });
        throw error;
      },
    );
  };

  /** All of a wave at once, and one commit for those that succeeded. */
  const runWave = async (client: PoolClient, documents: DocumentReader, wave: readonly Message[]) => {
    const outcomes = await Promise.allSettled(wave.map((message) => handle(message, documents)));
    const units: TableUnit[] = [];
    const failures: Failure[] = [];
    outcomes.forEach((outcome, index) => {
      if (outcome.status === 'fulfilled') {
        if (outcome.value) units.push(outcome.value);
      } else failures.push({ message: wave[index] as Message, error: outcome.reason });
    });
    if (units.length > 0) {
      try {
        await client.query({ ...commitStatement, values: commitValues(units, delivery) });
      } catch (error) {
        if (commitError(error)) throw new BatchConflictError('', { cause: error });
        throw error;
      }
    }
    return failures;
  };

  /** One message by itself, decided again after a conflict. */
  const runAlone = async (
    client: PoolClient,
    documents: DocumentReader,
    message: Message,
  ): Promise<Failure[]> => {
    for (let round = 1; ; round += 1) {
      try {
        const unit = await handle(message, documents);
        if (!unit) return [];
        await client.query('savepoint unit');
        await client.query({ ...commitStatement, values: commitValues([unit], delivery) });
        return [];
      } catch (error) {
        const known = commitError(error);
        if (known) await client.query('rollback to savepoint unit');
        if (known instanceof AlreadyHandledError) return [];
        if (known && round <= conflictRetries) continue;
        return [{ message, error: known ?? error }];
      }
    }
  };

  const processBatch = async (limit: number): Promise<BatchResult> => {
    const transaction = async (batch: number): Promise<BatchResult> => {
      const result = await database.transaction(async (client) => {
        const { rows } = await client.query<Message & Record<string, unknown>>({
          ...takeStatement,
          values: [consumer.name, batch],
        });
        if (rows.length === 0) return { taken: 0 };
        const query: Query = (text, values, name) =>
          client.query({ text, values: values as unknown[], name });
        const documents = createReader(query, table.name);
        const failures: Failure[] = [];
        const [first] = rows;
        if (batch === 1 && first) failures.push(...(await runAlone(client, documents, first)));
        else for (const wave of wavesOf(rows)) failures.push(...(await runWave(client, documents, wave)));
        faultPoint('consumer.before-commit');
        return { taken: rows.length, retryInMs: await returnMessages(client, consumer, failures, logger) };
      });
      if (result.taken > 0) faultPoint('consumer.after-commit');
      return result;
    };
    try {
      return await transaction(limit);
    } catch (error) {
      if (!(error instanceof BatchConflictError)) throw error;
      // In smaller batches, down to one by one, so that whatever does not conflict still goes together.
      for (let left = limit; left > 0; left -= smaller(limit)) await processBatch(smaller(limit));
      return { taken: limit };
    }
  };
  return processBatch;
}

const smaller = (limit: number) => Math.ceil(limit / 5);

/**
 * Messages about the same aggregate are handled one after the other, each seeing what the one before did; all
 * others at once. A second copy of one event in the batch is dropped.
 */
function wavesOf(messages: readonly Message[]): Message[][] {
  const seen = new Set<string>();
  const depth = new Map<string, number>();
  const waves: Message[][] = [];
  for (const message of messages) {
    if (seen.has(message.eventId)) continue;
    seen.add(message.eventId);
    const wave = depth.get(message.subject) ?? 0;
    depth.set(message.subject, wave + 1);
    const inWave = waves[wave];
    if (inWave) inWave.push(message);
    else waves[wave] = [message];
  }
  return waves;
}
