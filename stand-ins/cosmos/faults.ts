/** What a request asks for, in this stand-in's words. */
export type RequestKind = 'point' | 'batch' | 'query' | 'feed' | 'other';

export interface LoggedRequest {
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  readonly status: number;
}

/**
 * - `status`: answered so, without doing it; 429 with `retryAfterMs`.
 * - `operationStatus`: a batch is answered 207, the operation at `operationIndex` with this status, the others 424.
 * - `lost`: it is done, and the connection is cut before the answer.
 * - `silent`: it is not done and never answered.
 */
export interface Fault {
  readonly kind: RequestKind;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly operationStatus?: number;
  /** @default 0 */
  readonly operationIndex?: number;
  readonly lost?: boolean;
  readonly silent?: boolean;
}

/** Faults for the requests to come, and a list of those that came. */
export class Faults {
  readonly log: LoggedRequest[] = [];
  readonly #logs: boolean;
  #planned: Fault[] = [];

  /** @param logs whether to list what comes: it grows with each request */
  constructor(logs: boolean) {
    this.#logs = logs;
  }

  note(request: LoggedRequest): void {
    if (this.#logs) this.log.push(request);
  }

  /** The next `count` requests of the fault's kind meet it. */
  plan(fault: Fault, count = 1): void {
    for (let n = 0; n < count; n += 1) this.#planned.push(fault);
  }

  take(kind: RequestKind): Fault | undefined {
    const at = this.#planned.findIndex((fault) => fault.kind === kind);
    return at === -1 ? undefined : this.#planned.splice(at, 1)[0];
  }

  /** Forgets what was planned and what came. */
  reset(): void {
    this.#planned = [];
    this.log.length = 0;
  }
}
