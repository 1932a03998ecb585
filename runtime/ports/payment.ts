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
  readonly captured: number;
  readonly refunded: number;
  /** Why it was declined, in the provider's own code. */
  readonly reason?: string;
}

export interface AuthorizeRequest extends Money {
  /** The charge's identity at the provider, and the root of every idempotency key. */
  readonly orderId: string;
  /** One of Stripe's test names, or a token of the provider. */
  readonly paymentMethod: string;
}

/**
 * Every call may be repeated with the same arguments and has its effect once. A refusal is an answer
 * (`declined`), not an error; an error (UnavailableError) leaves a state that `find` tells.
 */
export interface PaymentProvider {
  authorize(request: AuthorizeRequest): Promise<Charge>;
  capture(orderId: string): Promise<Charge>;
  /** Gives back all that was captured; an authorization is voided. */
  refund(orderId: string): Promise<Charge>;
  /** The state of an order's charge, or undefined when the provider has never heard of it. */
  find(orderId: string): Promise<Charge | undefined>;
}
