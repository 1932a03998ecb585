/** How the local bus delivers. Anything but the default is a test's switch, to prove that nothing relies on luck. */
export interface Delivery {
  /** How often each message is delivered. */
  readonly copies: number;
  /** Each copy becomes visible at a random moment within this many milliseconds, so out of order. */
  readonly spreadMs: number;
}

export const onceInOrder: Delivery = { copies: 1, spreadMs: 0 };
export const twiceOutOfOrder: Delivery = { copies: 2, spreadMs: 300 };

/** `BUS_CHAOS=true` delivers every event twice and out of order. */
export function deliveryFrom(env: Readonly<Record<string, string | undefined>>): Delivery {
  return env.BUS_CHAOS === 'true' ? twiceOutOfOrder : onceInOrder;
}
