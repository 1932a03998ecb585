/** A process to be killed: the payment and notification consumers on the database of the first argument. */
import { createNotificationService, notificationTable } from '../../functions/notification/service.ts';
import { createPaymentService, paymentTable } from '../../functions/payment/service.ts';
import { startConsumers } from '../../runtime/adapters/local/consumer-loop.ts';
import { createInbox } from '../../runtime/adapters/local/inbox.ts';
import { connectShopDatabase, openTables } from '../../runtime/adapters/local/shop-database.ts';
import {
  createSimulatedPayment,
  paymentProviderTable,
} from '../../runtime/adapters/shared/simulated-payment.ts';
import { systemClock as clock } from '../../runtime/ports/clock.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';

const database = connectShopDatabase(process.argv[2] ?? '', 'functions-child');
const open = openTables(database);
const { mailer, sms } = createInbox(database);
const provider = createSimulatedPayment({ ledger: open(paymentProviderTable), lateAnswerMs: 300 });
const payment = createPaymentService({ documents: open(paymentTable), provider, clock, deadlineMs: 200 });
const notification = createNotificationService({ documents: open(notificationTable), mailer, sms, clock });
const logger = createLogger('functions-child', 'silent');

await startConsumers(
  [
    { service: payment, table: paymentTable },
    { service: notification, table: notificationTable },
  ].flatMap(({ service, table }) =>
    service.consumers.map((consumer) => ({ consumer, dependencies: { database, table, logger } })),
  ),
  100,
);
process.send?.('running');
