/** What calls a function until it is stopped. */
export interface Trigger {
  /** Calls it no more, and waits for the calls under way. */
  stop(): Promise<void>;
}
