import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { callerHeaders } from './headers.ts';

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** Hands one answer over from the upstream to the caller, at the pace the caller reads. */
export class Relay implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  readonly #begin: () => OutgoingHttpHeaders;
  readonly #resolve: (status: number) => void;
  readonly #reject: (error: unknown) => void;
  readonly #deadline: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #late: TimeoutError | undefined;
  #status = 0;
  #begun = false;

  constructor(
    response: ServerResponse,
    timeoutMs: number,
    begin: () => OutgoingHttpHeaders,
    resolve: (status: number) => void,
    reject: (error: unknown) => void,
  ) {
    this.#response = response;
    this.#begin = begin;
    this.#resolve = resolve;
    this.#reject = reject;
    // The client's own time-outs begin when the request is sent, not while it waits for a connection.
    this.#deadline = setTimeout(() => this.#expire(), timeoutMs);
  }

  #expire(): void {
    this.#late = new TimeoutError('the upstream took too long');
    if (this.#controller) this.#controller.abort(this.#late);
    else this.#reject(this.#late);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#late) controller.abort(this.#late);
    else this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    const own = this.#begin();
    this.#response.writeHead(status, { ...callerHeaders(headers), ...own });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const response = this.#response;
    // The caller has gone: let the upstream finish unheard, the connection is worth keeping.
    if (response.destroyed || this.#write(chunk)) return;
    controller.pause();
    const goOn = () => {
      response.off('drain', goOn);
      response.off('close', goOn);
      controller.resume();
    };
    response.on('drain', goOn);
    response.on('close', goOn);
  }

  /** The first bytes go out in one write with the headers, which Node does for text alone: as Latin-1 they stay bytes. */
  #write(chunk: Buffer): boolean {
    const first = !this.#begun;
    this.#begun = true;
    return first ? this.#response.write(chunk.toString('latin1'), 'latin1') : this.#response.write(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#deadline);
    this.#response.end();
    this.#resolve(this.#status);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#deadline);
    if (this.#status === 0) {
      this.#reject(this.#late ?? error);
      return;
    }
    // Half an answer is out: cutting the connection is the only way left to say so.
    this.#response.destroy();
    this.#resolve(this.#status);
  }
}
