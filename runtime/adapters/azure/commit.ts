import type { Container } from '@azure/cosmos';
import { AlreadyHandledError, ConflictError, InsufficientError } from '../../errors.ts';
import type { TableDefinition } from '../../function-service.ts';
import { newId } from '../../ids.ts';
import type { Unit, Write } from '../../ports/documents.ts';
import { type Batch, batchOf } from './batch.ts';
import type { Lazy } from './clients.ts';
import type { ProofItem } from './items.ts';
import { isTransient, withRetries } from './retry.ts';

/** An operation of a batch that was refused for another's sake. */
const failedDependency = 424;

interface OperationResult {
  readonly statusCode: number;
  readonly retryAfterMilliseconds?: number;
}

/** Commits units to one container, each as a transactional batch. */
export function createCommit(container: Lazy<Container>, table: TableDefinition) {
  return async (unit: Unit): Promise<void> => {
    const { partition, writes, events = [], handled } = unit;
    if (writes.length === 0 && events.length === 0 && !handled) return;
    const commitId = newId();
    const batch = batchOf(table, unit, commitId, Date.now());
    const { items } = await container();
    const results = await withRetries<readonly OperationResult[]>(async () => {
      // The client writes into what it is given.
      const { result = [] } = await items.batch(structuredClone(batch.operations), partition);
      const answers = result as readonly OperationResult[];
      const transient = answers.find(
        ({ statusCode: status }) => status !== failedDependency && isTransient(status),
      );
      if (!transient) return { result: answers };
      return { failure: { status: transient.statusCode, retryAfterMs: transient.retryAfterMilliseconds } };
    });
    const failed = results.findIndex(
      ({ statusCode }) => statusCode >= 400 && statusCode !== failedDependency,
    );
    if (failed === -1) return;
    const status = results[failed]?.statusCode ?? 0;
    if (failed > 0 || status !== 409) throw errorOf(batch, failed, status);
    const proof = await readProof(await container(), batch.proof);
    // The answer was lost and the batch repeated: it is our own commit that is in the way.
    if (proof?.unit === commitId) return;
    if (handled) throw new AlreadyHandledError(`${handled.consumer} has handled event ${handled.eventId}`);
    throw new ConflictError(`the receipt of a commit to ${partition} is not its own`);
  };
}

async function readProof(container: Container, { id, partition }: ProofItem): Promise<ProofItem | undefined> {
  return withRetries(async () => ({
    result: (await container.item(id, partition).read<ProofItem>()).resource,
  }));
}

function errorOf({ writes, proof }: Batch, index: number, status: number): Error {
  const write: Write | undefined = writes[index];
  const which = write ? `${write.kind} of ${proof.partition}/${write.id}` : `operation ${index}`;
  const message = `${which} was refused with ${status}`;
  if (write && [404, 409, 412].includes(status)) {
    return write.kind === 'adjust' ? new InsufficientError(message) : new ConflictError(message);
  }
  return new Error(message);
}
