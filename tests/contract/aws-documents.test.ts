/**
 * The documents contract on DynamoDB, events through the table's stream, the Lambda edge and SNS; and the contract
 * itself against adapters with planted faults. Stand-ins take Amazon's place: nothing is proven here of throughput,
 * of how long an index lags, or of limits that only the real service has.
 */
import type { Documents } from '../../runtime/ports/documents.ts';
import { openAwsShop } from '../support/aws-shop.ts';
import { describeContract } from './case.ts';
import { type DocumentsBackend, documentsCases, thingTable } from './documents.ts';
import { describeDocumentsFaults } from './documents-faults.ts';

interface Backend extends DocumentsBackend {
  close(): Promise<void>;
}

async function openAws(spoil: (documents: Documents) => Documents = (documents) => documents) {
  const shop = await openAwsShop({ tables: [thingTable, { ...thingTable, name: 'other' }] });
  return { ...shop, open: (table) => spoil(shop.open(table)) } satisfies Backend;
}
const close = (backend: Backend) => backend.close();

describeContract('documents on DynamoDB', documentsCases, openAws, close);

describeDocumentsFaults('a DynamoDB adapter', openAws, close);
