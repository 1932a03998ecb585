import {
  type DynamoDBClient,
  GetItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { newId } from '../../ids.ts';
import type { Document, DocumentKey, Documents, Unit } from '../../ports/documents.ts';
import { reaching } from './errors.ts';
import { documentKey, readDocument } from './items.ts';
import { createLanes } from './lanes.ts';
import { queryIndex, scanDocuments } from './pages.ts';
import { TryAgainError, tryAgain } from './retry.ts';
import type { Table } from './table.ts';
import { meaningOf, type Transaction, transactionOf } from './transaction.ts';

/** Documents in a DynamoDB table made as `tableShape` says. */
export function createDocuments(client: DynamoDBClient, table: Table): Documents {
  const { tableName: TableName, definition } = table;
  const inLane = createLanes();
  return {
    get: async <Body>(key: DocumentKey): Promise<Document<Body> | undefined> => {
      const input = { TableName, Key: documentKey(key), ConsistentRead: true };
      const { Item } = await reaching('DynamoDB', () => client.send(new GetItemCommand(input)));
      return Item && readDocument<Body>(Item);
    },
    commit: async (unit: Unit) => {
      const transaction = transactionOf(TableName, definition.indexes, unit);
      if (transaction.actions.length === 0) return;
      // The token makes a repeat harmless: what was written and not answered counts as written.
      const input = { TransactItems: transaction.actions, ClientRequestToken: newId() };
      const send = () => client.send(new TransactWriteItemsCommand(input));
      await inLane(unit.partition, () => tryAgain(() => attempt(transaction, send)));
    },
    query: (index, query) => queryIndex(client, table, index, query),
    scan: (options) => scanDocuments(client, table, options),
  };
}

async function attempt(transaction: Transaction, send: () => Promise<unknown>): Promise<void> {
  try {
    await reaching('DynamoDB', send);
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const meaning = meaningOf(transaction, error.CancellationReasons ?? [], error);
    if (meaning === 'again') {
      throw new TryAgainError(`the transaction was cancelled: ${error.message}`, { cause: error });
    }
    throw meaning ?? error;
  }
}
