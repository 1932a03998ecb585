import type { AttributeValue, CancellationReason, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { AlreadyHandledError, ConflictError, InsufficientError } from '../../errors.ts';
import type { Indexes, Unit, Write } from '../../ports/documents.ts';
import { documentItem, documentKey, markItem, unpublishedItem } from './items.ts';

/** A unit as the actions of one transaction, each with what it means when its condition does not hold. */
export interface Transaction {
  readonly actions: TransactWriteItem[];
  /** By position. */
  readonly refusals: Refusal[];
}

interface Refusal {
  /** The lower one says more when several conditions fail: a mark explains why a version has moved. */
  readonly rank: number;
  readonly error: (cause: unknown) => Error;
}

/** The most that DynamoDB takes in one transaction. */
export const maxActions = 100;

/** @throws OversizeEventError */
export function transactionOf(tableName: string, indexes: Indexes, unit: Unit): Transaction {
  const actions: TransactWriteItem[] = [];
  const refusals: Refusal[] = [];
  const add = (action: TransactWriteItem, refusal: Refusal) => {
    actions.push(action);
    refusals.push(refusal);
  };
  const { partition, writes, events = [], handled } = unit;
  if (handled) {
    const text = `${handled.consumer} has handled ${handled.eventId}`;
    add(
      { Put: { TableName: tableName, Item: markItem(handled), ConditionExpression: isNew } },
      { rank: 0, error: (cause) => new AlreadyHandledError(text, { cause }) },
    );
  }
  for (const write of writes) {
    add(writeAction(tableName, indexes, partition, write), refusalOf(partition, write));
  }
  for (const event of events) {
    add({ Put: { TableName: tableName, Item: unpublishedItem(partition, event) } }, neverRefused);
  }
  if (actions.length > maxActions) {
    throw new RangeError(
      `a unit is at most ${maxActions} writes, events and marks; this is ${actions.length}`,
    );
  }
  return { actions, refusals };
}

const isNew = 'attribute_not_exists(pk)';

const neverRefused: Refusal = { rank: 3, error: (cause) => new Error('an event was refused', { cause }) };

function refusalOf(partition: string, { kind, id }: Write): Refusal {
  const name = `${partition} ${id}`;
  if (kind === 'adjust')
    return { rank: 2, error: (cause) => new InsufficientError(`too little in ${name}`, { cause }) };
  return { rank: 1, error: (cause) => new ConflictError(`${name} is not as it was`, { cause }) };
}

function writeAction(
  TableName: string,
  indexes: Indexes,
  partition: string,
  write: Write,
): TransactWriteItem {
  const key = { partition, id: write.id };
  if (write.kind === 'create') {
    const Item = documentItem(key, write.version ?? 1, write.body, indexes);
    return { Put: { TableName, Item, ConditionExpression: isNew } };
  }
  if (write.kind === 'adjust')
    return { Update: { TableName, Key: documentKey(key), ...adjustment(write.by) } };
  const condition = {
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: { ':version': { N: String(write.version) } },
  };
  if (write.kind === 'delete') return { Delete: { TableName, Key: documentKey(key), ...condition } };
  return {
    Put: { TableName, Item: documentItem(key, write.version + 1, write.body, indexes), ...condition },
  };
}

/** Adds to fields of the body, on the condition that none ends below zero. */
function adjustment(by: Readonly<Record<string, number>>) {
  const names: Record<string, string> = { '#body': 'body', '#version': 'version' };
  const values: Record<string, AttributeValue> = { ':zero': { N: '0' }, ':one': { N: '1' } };
  const sets = ['#version = #version + :one'];
  const conditions = ['attribute_exists(pk)'];
  for (const [position, [field, number]] of Object.entries(by).entries()) {
    const path = `#body.#f${position}`;
    names[`#f${position}`] = field;
    values[`:by${position}`] = { N: String(number) };
    values[`:least${position}`] = { N: String(-number) };
    sets.push(`${path} = if_not_exists(${path}, :zero) + :by${position}`);
    const enough = `${path} >= :least${position}`;
    conditions.push(number < 0 ? enough : `(attribute_not_exists(${path}) OR ${enough})`);
  }
  return {
    UpdateExpression: `SET ${sets.join(', ')}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** Reasons to try the very same again: somebody else's transaction is on an item, or there is too much to do. */
const passing = /^(TransactionConflict|ThrottlingError|ProvisionedThroughputExceeded|RequestLimitExceeded)$/;

/**
 * What a cancelled transaction means: the port's error where a condition did not hold, `again` where it may hold
 * the next time, undefined where it is neither.
 */
export function meaningOf(
  { refusals }: Transaction,
  reasons: readonly CancellationReason[],
  cause: unknown,
): Error | 'again' | undefined {
  const failed = refusals.filter((_, position) => reasons[position]?.Code === 'ConditionalCheckFailed');
  const first = failed.toSorted((one, other) => one.rank - other.rank)[0];
  if (first) return first.error(cause);
  return reasons.some(({ Code }) => passing.test(Code ?? '')) ? 'again' : undefined;
}
