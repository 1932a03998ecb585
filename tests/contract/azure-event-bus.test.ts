/**
 * The event bus contract on Service Bus with Cosmos DB, through the real registrations under a stand-in host; and the
 * contract itself against buses with planted faults. Stand-ins take Azure's place: nothing is proven here of how
 * Functions scales, of its own settlement, nor of Azure's filters.
 */
import assert from 'node:assert/strict';
import { type AzureShop, openAzureShop } from '../support/azure-shop.ts';
import { casesAbout, describeContract, failingCases } from './case.ts';
import { eventBusCases, tallyTable } from './event-bus.ts';
import { eventBusFaults, eventBusFaultsCaughtBy } from './event-bus-faults.ts';

const openBus = () => openAzureShop({ tables: [tallyTable] });
const close = (bus: AzureShop) => bus.close();

describeContract('event bus on Service Bus (a stand-in of our own)', eventBusCases, openBus, close);

describe('the event bus contract turns red on a Service Bus that', function () {
  this.timeout(120_000);
  for (const [title, spoil] of Object.entries(eventBusFaults)) {
    it(title, async () => {
      const cases = casesAbout(eventBusCases, eventBusFaultsCaughtBy[title] ?? '');
      const open = async () => {
        const bus = await openBus();
        return { ...bus, ...spoil(bus) };
      };
      assert.notDeepEqual(await failingCases(cases, open, close), []);
    });
  }
});
