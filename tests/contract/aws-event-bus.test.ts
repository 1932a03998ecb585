/**
 * The event bus contract on SNS and SQS with DynamoDB, through the real Lambda edge under a stand-in host; and the
 * contract itself against buses with planted faults. Stand-ins take Amazon's place: nothing is proven here of
 * how Lambda scales its pollers, nor of Amazon's own filters and redrive.
 */
import { type AwsShop, openAwsShop } from '../support/aws-shop.ts';
import { describeContract } from './case.ts';
import { eventBusCases, tallyTable } from './event-bus.ts';
import { describeEventBusFaults } from './event-bus-faults.ts';

const openBus = () => openAwsShop({ tables: [tallyTable] });
const close = (bus: AwsShop) => bus.close();

describeContract('event bus on SNS and SQS', eventBusCases, openBus, close);

describeEventBusFaults('an SNS and SQS bus', openBus);
