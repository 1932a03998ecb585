import type { TableDefinition } from '../../function-service.ts';

/** A table that is there, and what it was made for. */
export interface Table {
  readonly tableName: string;
  readonly definition: TableDefinition;
}

/** Names of tables: what is said here, the infrastructure makes. */
export const tableName = (prefix: string, { name }: TableDefinition): string => `${prefix}${name}`;

/** A secondary index: strings both, all attributes projected. */
export interface SecondaryIndexShape {
  readonly name: string;
  readonly hashKey: string;
  readonly rangeKey: string;
}

/** What a DynamoDB table of documents must look like, for whoever makes it. Every key is a string. */
export interface TableShape {
  readonly hashKey: string;
  readonly rangeKey: string;
  readonly secondaryIndexes: readonly SecondaryIndexShape[];
  readonly streamView: 'NEW_IMAGE';
  /** Seconds since 1970, on events and marks only. */
  readonly timeToLiveAttribute: string;
}

/** Holds the events that are not published yet, and nothing else: it is as large as the relay is late. */
export const unpublishedIndex: SecondaryIndexShape = {
  name: 'unpublished',
  hashKey: 'unpublished',
  rangeKey: 'sk',
};

export function tableShape(table: TableDefinition): TableShape {
  const named = Object.keys(table.indexes).map((name, position) => ({ name, ...indexKeys(position) }));
  return {
    hashKey: 'pk',
    rangeKey: 'sk',
    secondaryIndexes: [unpublishedIndex, ...named],
    streamView: 'NEW_IMAGE',
    timeToLiveAttribute: 'expires',
  };
}

/** The attributes of a named index, by its position in the definition. */
export function indexKeys(position: number): { readonly hashKey: string; readonly rangeKey: string } {
  return { hashKey: `i${position + 1}h`, rangeKey: `i${position + 1}s` };
}

/** Which records of a table's stream wake the relay, as an event source mapping's filter says it. */
export const newEventsFilter = {
  eventName: ['INSERT'],
  dynamodb: { NewImage: { unpublished: { S: [{ exists: true }] } } },
};
