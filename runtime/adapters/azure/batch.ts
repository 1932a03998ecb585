import type { OperationInput } from '@azure/cosmos';
import { serializeEvent } from '../../contracts/events/make.ts';
import type { TableDefinition } from '../../function-service.ts';
import type { Unit, Write } from '../../ports/documents.ts';
import {
  type DocumentItem,
  documentId,
  type EventItem,
  eventId,
  indexFields,
  keptSeconds,
  markId,
  type ProofItem,
  positionText,
  receiptId,
  receiptSeconds,
} from './items.ts';

/** The most that Cosmos DB takes in one transactional batch. */
const maxOperations = 100;

/** A unit as one transactional batch, and which write each operation is part of. */
export interface Batch {
  readonly operations: OperationInput[];
  /** By the operations' places: the write, or undefined for proof and events. */
  readonly writes: readonly (Write | undefined)[];
  /** The first operation's item: see `batchOf`. */
  readonly proof: ProofItem;
}

/**
 * The first operation creates a proof, the mark of the handled event or else a receipt of this very commit. So a
 * batch that is repeated because its answer was lost is refused at its proof, which then says whose commit it was;
 * an adjustment can never be made twice.
 * @throws OversizeEventError
 */
export function batchOf(table: TableDefinition, unit: Unit, commitId: string, now: number): Batch {
  const { partition, handled } = unit;
  const proof: ProofItem = handled
    ? { id: markId(handled), partition, unit: commitId, ttl: keptSeconds }
    : { id: receiptId(commitId), partition, unit: commitId, ttl: receiptSeconds };
  const operations: OperationInput[] = [create(proof)];
  const writes: (Write | undefined)[] = [undefined];
  for (const write of unit.writes) {
    for (const operation of operationsOf(table, partition, write)) {
      operations.push(operation);
      writes.push(write);
    }
  }
  for (const event of unit.events ?? []) {
    // Refuses one that no bus would take.
    serializeEvent(event);
    const item: EventItem = { id: eventId(event.id), partition, event, unpublishedSince: now };
    operations.push({ operationType: 'Upsert', resourceBody: item as never });
    writes.push(undefined);
  }
  if (operations.length > maxOperations) {
    throw new RangeError(`a unit of ${operations.length} operations: a batch has at most ${maxOperations}`);
  }
  return { operations, writes, proof };
}

function operationsOf(table: TableDefinition, partition: string, write: Write): OperationInput[] {
  const key = { partition, id: write.id };
  const id = documentId(write.id);
  switch (write.kind) {
    case 'create': {
      const fields = indexFields(table, write.body, key);
      const item: DocumentItem = {
        id,
        partition,
        version: write.version ?? 1,
        body: write.body,
        position: positionText(key),
        ...fields,
      };
      return [create(item)];
    }
    case 'replace': {
      const sets = { version: write.version + 1, body: write.body, ...indexFields(table, write.body, key) };
      return [patch(id, atVersion(write.version), setting(sets))];
    }
    case 'delete':
      // A batch's deletion takes an ETag and no condition: the patch before it is the condition.
      return [
        patch(id, atVersion(write.version), setting({ version: write.version + 1 })),
        { operationType: 'Delete', id },
      ];
    case 'adjust':
      return [
        patch(id, enough(write.by), [
          { op: 'incr', path: '/version', value: 1 },
          ...Object.entries(write.by).map(([field, value]) => ({
            op: 'incr' as const,
            path: `/body/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`,
            value,
          })),
        ]),
      ];
  }
}

type PatchOperations = { op: 'set' | 'incr'; path: string; value: unknown }[];

const create = (item: object): OperationInput => ({ operationType: 'Create', resourceBody: item as never });

const patch = (id: string, condition: string | undefined, operations: PatchOperations) =>
  ({
    operationType: 'Patch',
    id,
    resourceBody: { operations, ...(condition !== undefined && { condition }) },
  }) as OperationInput;

const setting = (fields: object): PatchOperations =>
  Object.entries(fields).map(([name, value]) => ({ op: 'set', path: `/${name}`, value }));

const atVersion = (version: number) => `from c where c.version = ${version}`;

/** That no number goes below zero: a missing one counts as 0. */
function enough(by: Readonly<Record<string, number>>): string | undefined {
  const conditions = Object.entries(by).map(([field, delta]) => {
    const path = `c.body[${JSON.stringify(field)}]`;
    return delta < 0 ? `${path} >= ${-delta}` : `(NOT IS_DEFINED(${path}) OR ${path} >= ${-delta})`;
  });
  return conditions.length === 0 ? undefined : `from c where ${conditions.join(' AND ')}`;
}
