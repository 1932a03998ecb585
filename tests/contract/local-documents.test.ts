/**
 * The documents contract on PostgreSQL, and the contract itself against adapters with planted faults.
 * It does not prove anything of DynamoDB or Cosmos DB, nor of a crash (see local-crash.test.ts).
 */
import { listEvents } from '../../runtime/adapters/local/bus.ts';
import { onceInOrder } from '../../runtime/adapters/local/delivery.ts';
import { openTables } from '../../runtime/adapters/local/shop-database.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import { contractDatabase } from '../support/shop-database.ts';
import { describeContract } from './case.ts';
import { type DocumentsBackend, documentsCases } from './documents.ts';
import { describeDocumentsFaults } from './documents-faults.ts';

async function openLocal(spoil: (documents: Documents) => Documents = (documents) => documents) {
  const database = await contractDatabase();
  const open = openTables(database, onceInOrder);
  const backend: DocumentsBackend = {
    open: (table) => spoil(open(table)),
    published: (subject) => listEvents(database, subject),
  };
  return backend;
}
const close = async () => {};

describeContract('documents on PostgreSQL', documentsCases, openLocal, close);

describeDocumentsFaults('an adapter', openLocal, close);
