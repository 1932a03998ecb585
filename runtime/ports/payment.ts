export interface Money {
  /** Minor units, an integer. */
  readonly amount: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

export type ChargeState = 'authorized' | 'captured' | 'refunded' | 'voided' | 'declined';

/** What the provider knows of one order's charge. */
export interface Charge {
  readonly id: string;
  readonly state: ChargeState;
  /** Minor units ever captured, also after they were refunded. */
  readonly captured: number;
  readonly refunded: number;
  /** Absent when the order was closed before anything was asked of it. */
  readonly currency?: string;
  /** Why it was declined, in the provider's own code. */
  readonly reason?: string;
}

export interface AuthorizeRequest extends Money {
  /** The charge's identity at the provider, and the root of every idempotency key. */
  readonly orderId: string;
  /** One of Stripe's test names, or a token of the provider. */
  readonly paymentMethod: string;
}

export interface CaptureRequest extends Money {
  readonly orderId: string;
  /** As `authorize` or `find` answered it. */
  readonly chargeId: string;
}

/**
 * Every call may be repeated with the same arguments and has its effect once; it answers with the charge as it
 * stands now. A refusal is an answer (`declined`), not an error; an error (UnavailableError) leaves a state that
 * `find` tells. Amounts are 1 or more: what costs nothing is not charged.
 */
export interface PaymentProvider {
  authorize(request: AuthorizeRequest): Promise<Charge>;
  /** Takes the whole amount that was authorized. */
  capture(request: CaptureRequest): Promise<Charge>;
  /**
   * Closes an order's charge for good: gives back all that was captured, voids an authorization, and where
   * nothing was charged yet sees to it that an `authorize` still on its way is answered `voided`.
   */
  refund(orderId: string): Promise<Charge>;
  /** The state of an order's charge, or undefined when the provider has never heard of it. */
  find(orderId: string): Promise<Charge | undefined>;
}

/** What a provider reports by itself. It only says where to look: `find` tells the state. */
export interface PaymentNotice {
  readonly id: string;
  /** In the provider's own words. */
  readonly type: string;
  /** Absent when it is about nothing of this shop. */
  readonly orderId?: string;
}

export interface PaymentWebhook {
  /** @throws WebhookSignatureError when the signature is missing, wrong or more than five minutes old */
  verify(
    body: Buffer,
    headers: Readonly<Record<string, string | undefined>>,
  ): PaymentNotice | Promise<PaymentNotice>;
}

/** The message says what is wrong with the signature, and may be shown to the caller. */
export class WebhookSignatureError extends Error {
  override readonly name = 'WebhookSignatureError';
}
