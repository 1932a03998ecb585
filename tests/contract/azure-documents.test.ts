/**
 * The documents contract on Cosmos DB, the outbox relayed by its change feed under a stand-in host; and the contract
 * itself against adapters with planted faults. The stand-in for Cosmos DB is our own, from the documented protocol:
 * nothing is proven here of Azure's own batches, of its consistency, or of how texts sort in its index.
 */
import type { Documents } from '../../runtime/ports/documents.ts';
import { openAzureShop } from '../support/azure-shop.ts';
import { describeContract } from './case.ts';
import { documentsCases, thingTable } from './documents.ts';
import { describeDocumentsFaults } from './documents-faults.ts';

const tables = [thingTable, { ...thingTable, name: 'other' }];

async function openAzure(spoil: (documents: Documents) => Documents = (documents) => documents) {
  const shop = await openAzureShop({ tables });
  return { ...shop, open: (table: typeof thingTable) => spoil(shop.open(table)) };
}
const close = (shop: Awaited<ReturnType<typeof openAzure>>) => shop.close();

describeContract('documents on Cosmos DB (a stand-in of our own)', documentsCases, openAzure, close);

describeDocumentsFaults('a Cosmos DB adapter', openAzure, close);
