import { paymentWebhook } from '../../runtime/contracts/api/payment.ts';
import { orderId as orderIdSchema } from '../../runtime/contracts/schemas.ts';
import { ConflictError } from '../../runtime/errors.ts';
import { badRequest, ProblemError } from '../../runtime/http/problem.ts';
import { implement, type Route } from '../../runtime/http/route.ts';
import { type Clock, isoTime } from '../../runtime/ports/clock.ts';
import type { Documents, Unit } from '../../runtime/ports/documents.ts';
import {
  type PaymentNotice,
  type PaymentProvider,
  type PaymentWebhook,
  WebhookSignatureError,
} from '../../runtime/ports/payment.ts';
import type { WithDeadline } from './deadline.ts';
import {
  afterClosing,
  answerOf,
  isClosed,
  type Payment,
  paymentKey,
  paymentUnit,
  refundBetween,
} from './payment.ts';

export interface WebhookDependencies {
  readonly documents: Documents;
  readonly provider: PaymentProvider;
  /** Without it the route is closed: a notice that cannot be checked is not believed. */
  readonly webhook?: PaymentWebhook;
  readonly clock: Clock;
  readonly withDeadline: WithDeadline;
}

const rounds = 5;

/**
 * The provider's own reports mend what a lost or delayed message left behind. A notice only names the order: what
 * is true is asked of the provider, so that a repeat, a late one or one out of order changes nothing.
 */
export function createWebhookRoute(dependencies: WebhookDependencies): Route {
  const { documents, webhook } = dependencies;
  return implement(paymentWebhook, async (request) => {
    if (!webhook) {
      throw new ProblemError(404, 'No payment webhook is set up: PAYMENT_WEBHOOK_SECRET is not set.');
    }
    const { orderId } = await verify(webhook, request.body, request.rawHeaders);
    if (orderIdSchema.safeParse(orderId).success) await reconcile(orderId as string);
    return { status: 200, body: { received: true } };
  });

  async function reconcile(orderId: string): Promise<void> {
    for (let round = 1; ; round += 1) {
      try {
        const unit = await mend(orderId, dependencies);
        if (unit) await documents.commit(unit);
        return;
      } catch (error) {
        if (!(error instanceof ConflictError) || round === rounds) throw error;
      }
    }
  }
}

async function verify(
  webhook: PaymentWebhook,
  body: Buffer,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<PaymentNotice> {
  try {
    return await webhook.verify(body, headers);
  } catch (error) {
    if (error instanceof WebhookSignatureError) throw badRequest('headers', error.message);
    throw error;
  }
}

/** The unit that brings the document to what the provider says; undefined when it is there already. */
async function mend(orderId: string, dependencies: WebhookDependencies): Promise<Unit | undefined> {
  const { documents, provider, clock, withDeadline } = dependencies;
  const at = isoTime(clock);
  const before = await documents.get<Payment>(paymentKey(orderId));
  const charge = await withDeadline('find', () => provider.find(orderId));
  if (!charge) return undefined;
  const { currency, captured, refunded } = charge;
  if (!before) {
    // Not saved yet, or never: only money taken is worth a word. The saga decides everything else.
    if (charge.state !== 'captured' || currency === undefined) return undefined;
    const after: Payment = { orderId, status: 'captured', captured, refunded, currency, at };
    return paymentUnit(undefined, after, (version) => [
      ...answerOf(after, version),
      ...refundBetween(undefined, after, version),
    ]);
  }
  const holdsMoney = charge.state === 'captured' || charge.state === 'authorized';
  if (holdsMoney && (isClosed(before.body) || before.body.status === 'failed')) {
    const closed = await withDeadline('refund', () => provider.refund(orderId));
    return change(afterClosing(before.body, before.body, closed, at));
  }
  if (captured === before.body.captured && refunded === before.body.refunded) return undefined;
  const status = charge.state === 'refunded' ? 'refunded' : before.body.status;
  return change({ ...before.body, status, captured, refunded, at });

  function change(after: Payment): Unit {
    return paymentUnit(before, after, (version) => refundBetween(before?.body, after, version));
  }
}
