import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { ProblemError } from '../../runtime/http/problem.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { Relay, TimeoutError } from './relay.ts';

export interface UpstreamOptions {
  readonly name: string;
  /** Base URL without a path. */
  readonly url: string;
  /** For one whole answer, the wait for a connection included, in milliseconds. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

export interface ForwardRequest {
  /** Named in problems; several services may share an upstream. */
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly headers: string[];
  readonly body?: Buffer;
}

export interface Upstream {
  /**
   * Asks the upstream and writes its answer to `response`; returns its status. `begin` is called once, before
   * the first byte is written, and gives the headers to add.
   * @throws ProblemError 503, 502, 504, with nothing written
   */
  forward(
    request: ForwardRequest,
    response: ServerResponse,
    begin: () => OutgoingHttpHeaders,
  ): Promise<number>;
  /** Does its `/ready` answer 200? */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

/** Enough for every request that waits for a password hash or a commit at the same time. */
const connections = 128;
const connectTimeoutMs = 2_000;
const readyTimeoutMs = 2_000;
/** Below the services' own 65 s, so that a kept connection is not used while its other end closes it. */
const keepAliveMs = 30_000;

const brokenCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const timeoutCodes = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

export function createUpstream({ name, url, timeoutMs, logger }: UpstreamOptions): Upstream {
  const pool = new Pool(url, {
    connections,
    pipelining: 1,
    connectTimeout: connectTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  let down = false;
  const attempt = async (
    request: ForwardRequest,
    response: ServerResponse,
    begin: () => OutgoingHttpHeaders,
  ) => {
    const status = await new Promise<number>((resolve, reject) => {
      pool.dispatch(
        { ...request, method: request.method as Dispatcher.HttpMethod },
        new Relay(response, timeoutMs, begin, resolve, reject),
      );
    });
    if (down) logger.info({ upstream: name }, 'the upstream answers again');
    down = false;
    return status;
  };
  return {
    forward: async (request, response, begin) => {
      const safe = request.method === 'GET' || request.method === 'HEAD';
      try {
        // A kept connection may end just as it is used; what only reads may be asked once more.
        return await attempt(request, response, begin).catch((error: unknown) => {
          if (safe && brokenCodes.has(codeOf(error))) return attempt(request, response, begin);
          throw error;
        });
      } catch (error) {
        const problem = upstreamProblem(request.service, error, safe);
        if (problem.status !== 504) {
          if (!down) logger.warn({ upstream: name, err: error }, 'the upstream does not answer');
          down = true;
        }
        throw problem;
      }
    },
    ready: async () => {
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: '/ready',
        signal: AbortSignal.timeout(readyTimeoutMs),
      });
      await body.dump();
      return statusCode === 200;
    },
    close: () => pool.close(),
  };
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? '';
}

function upstreamProblem(service: string, error: unknown, safe: boolean): ProblemError {
  const code = codeOf(error);
  const unknown = safe ? '' : ' Whether it was done is not known: look before you repeat it.';
  if (error instanceof TimeoutError || timeoutCodes.has(code)) {
    return new ProblemError(504, `The ${service} service took too long.${unknown}`, { cause: error });
  }
  const headers = { 'retry-after': '1' };
  if (brokenCodes.has(code)) {
    const detail = `The ${service} service went away while it answered.${unknown}`;
    return new ProblemError(safe ? 503 : 502, detail, { cause: error, headers });
  }
  const detail = `The ${service} service does not answer now. Try again in a moment.`;
  return new ProblemError(503, detail, { cause: error, headers });
}
