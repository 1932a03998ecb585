/**
 * The documents contract on PostgreSQL, and the contract itself against adapters with planted faults.
 * It does not prove anything of DynamoDB or Cosmos DB, nor of a crash (see local-crash.test.ts).
 */
import assert from 'node:assert/strict';
import { listEvents } from '../../runtime/adapters/local/bus.ts';
import { onceInOrder } from '../../runtime/adapters/local/delivery.ts';
import { openTables } from '../../runtime/adapters/local/shop-database.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import { contractDatabase } from '../support/shop-database.ts';
import { casesAbout, describeContract, failingCases } from './case.ts';
import { type DocumentsBackend, documentsCases } from './documents.ts';
import { documentsFaults, documentsFaultsCaughtBy } from './documents-faults.ts';

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

describe('the documents contract turns red on an adapter that', function () {
  this.timeout(120_000);
  for (const [title, spoil] of Object.entries(documentsFaults)) {
    it(title, async () => {
      const cases = casesAbout(documentsCases, documentsFaultsCaughtBy[title] ?? '');
      assert.notDeepEqual(await failingCases(cases, () => openLocal(spoil), close), []);
    });
  }
});
