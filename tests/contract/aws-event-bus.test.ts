/**
 * The event bus contract on SNS and SQS with DynamoDB, through the real Lambda edge under a stand-in host; and the
 * contract itself against buses with planted faults. Stand-ins take Amazon's place: nothing is proven here of
 * how Lambda scales its pollers, nor of Amazon's own filters and redrive.
 */
import assert from 'node:assert/strict';
import { type AwsShop, openAwsShop } from '../support/aws-shop.ts';
import { casesAbout, describeContract, failingCases } from './case.ts';
import { eventBusCases, tallyTable } from './event-bus.ts';
import { eventBusFaults, eventBusFaultsCaughtBy } from './event-bus-faults.ts';

const openBus = () => openAwsShop({ tables: [tallyTable] });
const close = (bus: AwsShop) => bus.close();

describeContract('event bus on SNS and SQS', eventBusCases, openBus, close);

describe('the event bus contract turns red on an SNS and SQS bus that', function () {
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
