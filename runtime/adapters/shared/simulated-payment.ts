import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictError, InsufficientError, UnavailableError } from '../../errors.ts';
import type { TableDefinition } from '../../function-service.ts';
import type { Documents } from '../../ports/documents.ts';
import type { AuthorizeRequest, Charge, PaymentProvider } from '../../ports/payment.ts';
import { declineReason } from './test-cards.ts';

/** The provider's own books, which no service of the shop reads. */
export const paymentProviderTable: TableDefinition = { name: 'payment-provider', indexes: {} };

export interface SimulatedPaymentOptions {
  /** Documents of `paymentProviderTable`. */
  readonly ledger: Documents;
  /**
   * How long `pm_sim_timeout` lets the caller wait for an answer to an authorization it has recorded at once,
   * in milliseconds: more than the caller's deadline. @default 2500
   */
  readonly lateAnswerMs?: number;
}

/**
 * One charge. Money moves from `capturable` to `refundable` to `refunded` by conditional adjustments, which need
 * no version and so no read before them; an authorization given up leaves all three at zero.
 */
interface Entry {
  readonly currency?: string;
  readonly reason?: string;
  readonly capturable: number;
  readonly refundable: number;
  readonly refunded: number;
}

const id = 'charge';
const failuresOfFlaky = 2;

/**
 * A payment provider that moves no money. It knows Stripe's test names, and two of its own: `pm_sim_timeout`
 * answers after the deadline, `pm_sim_flaky` fails twice an order and then works, also across restarts.
 */
export function createSimulatedPayment(options: SimulatedPaymentOptions): PaymentProvider {
  const { ledger, lateAnswerMs = 2_500 } = options;

  const find = async (orderId: string): Promise<Charge | undefined> => {
    const entry = await ledger.get<Entry>({ partition: orderId, id });
    return entry && toCharge(orderId, entry.body);
  };

  /** Records the entry unless there is one, and answers with what is there. */
  const record = async (orderId: string, body: Entry): Promise<Charge> => {
    try {
      await ledger.commit({ partition: orderId, writes: [{ kind: 'create', id, body }] });
      return toCharge(orderId, body);
    } catch (error) {
      if (error instanceof ConflictError) return existing(orderId);
      throw error;
    }
  };

  /** False when the money is not where it is to be taken from. */
  const move = async (orderId: string, by: Partial<Record<keyof Entry, number>>): Promise<boolean> => {
    try {
      await ledger.commit({ partition: orderId, writes: [{ kind: 'adjust', id, by }] });
      return true;
    } catch (error) {
      if (error instanceof InsufficientError) return false;
      throw error;
    }
  };

  const existing = async (orderId: string): Promise<Charge> => {
    const charge = await find(orderId);
    if (!charge) throw new Error(`order ${orderId} was never authorized`);
    return charge;
  };

  const failWhileFlaky = async (orderId: string): Promise<void> => {
    const writes = [{ kind: 'create', id: 'flaky', body: { left: failuresOfFlaky - 1 } }] as const;
    try {
      await ledger.commit({ partition: orderId, writes });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const spent = [{ kind: 'adjust', id: 'flaky', by: { left: -1 } }] as const;
      const worksNow = await ledger.commit({ partition: orderId, writes: spent }).then(
        () => false,
        (reason: unknown) => {
          if (reason instanceof InsufficientError) return true;
          throw reason;
        },
      );
      if (worksNow) return;
    }
    throw new UnavailableError('the simulated provider is out of order (pm_sim_flaky)');
  };

  const authorize = async ({ orderId, paymentMethod, amount, currency }: AuthorizeRequest) => {
    if (!(Number.isSafeInteger(amount) && amount > 0)) {
      throw new RangeError(`amount must be a whole number of minor units, 1 or more, not ${amount}`);
    }
    if (paymentMethod === 'pm_sim_flaky') await failWhileFlaky(orderId);
    const reason = declineReason(paymentMethod);
    const capturable = reason === undefined ? amount : 0;
    const charge = await record(orderId, { currency, reason, capturable, refundable: 0, refunded: 0 });
    if (paymentMethod === 'pm_sim_timeout') await sleep(lateAnswerMs, undefined, { ref: false });
    return charge;
  };

  return {
    authorize,
    find,
    capture: async ({ orderId, amount, currency }) => {
      if (!(await move(orderId, { capturable: -amount, refundable: amount }))) return existing(orderId);
      return toCharge(orderId, { currency, capturable: 0, refundable: amount, refunded: 0 });
    },
    refund: async (orderId) => {
      // A round is lost only to a capture or refund at the same moment; there is one of each at most.
      for (let round = 0; round < 4; round += 1) {
        const entry = await ledger.get<Entry>({ partition: orderId, id });
        if (!entry) {
          const charge = await record(orderId, { capturable: 0, refundable: 0, refunded: 0 });
          if (charge.state === 'voided') return charge;
          continue;
        }
        const { capturable, refundable } = entry.body;
        if (capturable === 0 && refundable === 0) return toCharge(orderId, entry.body);
        await move(orderId, {
          capturable: -capturable,
          refundable: -refundable,
          refunded: refundable,
        });
      }
      return existing(orderId);
    },
  };
}

function toCharge(orderId: string, entry: Entry): Charge {
  const { currency, reason, capturable, refundable, refunded } = entry;
  return {
    id: `sim_${orderId}`,
    state: stateOf(entry),
    captured: refundable + refunded,
    refunded,
    ...(currency !== undefined && { currency }),
    ...(reason !== undefined && { reason }),
  };

  function stateOf({ reason: declined }: Entry): Charge['state'] {
    if (declined !== undefined) return 'declined';
    if (capturable > 0) return 'authorized';
    if (refundable > 0) return 'captured';
    return refunded > 0 ? 'refunded' : 'voided';
  }
}
