/**
 * The event bus contract on Service Bus with Cosmos DB, through the real registrations under a stand-in host; and the
 * contract itself against buses with planted faults. Stand-ins take Azure's place: nothing is proven here of how
 * Functions scales, of its own settlement, nor of Azure's filters.
 */
import { type AzureShop, openAzureShop } from '../support/azure-shop.ts';
import { describeContract } from './case.ts';
import { eventBusCases, tallyTable } from './event-bus.ts';
import { describeEventBusFaults } from './event-bus-faults.ts';

const openBus = () => openAzureShop({ tables: [tallyTable] });
const close = (bus: AzureShop) => bus.close();

describeContract('event bus on Service Bus (a stand-in of our own)', eventBusCases, openBus, close);

describeEventBusFaults('a Service Bus', openBus);
