import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, RESP_TYPES } from '@redis/client';
import { ConfigError } from '../../config/env.ts';
import type { Logger } from '../../telemetry/log.ts';

export interface RedisConnectionOptions {
  /** `rediss://user:password@host:port` for TLS, `redis://` without. */
  readonly url: string;
  readonly logger: Logger;
  /** From a command to its answer, in milliseconds. @default 250 */
  readonly commandTimeoutMs?: number;
  /** To connect, log in and have a first answer, in milliseconds. @default 2000 */
  readonly connectTimeoutMs?: number;
  /** Of the server's certificate, in PEM. @default those that Node trusts */
  readonly ca?: string;
  /** Sent first on each connection; it is of no use before they are answered. @default a PING */
  readonly prepare?: readonly (readonly string[])[];
  /** Called each time that the server answers again, and the first time. */
  readonly onReady?: () => void;
}

export interface RedisConnection {
  /** Resolves after the first attempt to connect, whatever came of it. */
  readonly tried: Promise<void>;
  /** Rejects at once while there is no connection, and after the command's time-out. Bulk strings are Buffers. */
  send(command: readonly (string | Buffer)[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Commands on their way at most: beyond it the server is too slow to be of use. */
const maxInFlight = 2_000;
const backoff = { baseMs: 50, maxMs: 2_000 };

type Client = ReturnType<typeof open>;

/**
 * One connection to a Redis or Valkey server that is for speed alone: no command waits for a connection, and a
 * server that owes an answer for too long is left until it answers a PING again, so that a slow server costs
 * its callers one time-out and not one each. (`@redis/client` bounds a command's wait only until it is sent.)
 * @throws ConfigError when the URL cannot be used
 */
export function connectRedis(options: RedisConnectionOptions): RedisConnection {
  const { logger, commandTimeoutMs = 250, connectTimeoutMs = 2_000, prepare = [['PING']], onReady } = options;
  const target = readUrl(options.url);
  const ended = new AbortController();
  let current: { readonly client: Client; lose(error: unknown): void } | undefined;
  let tried = () => {};

  const stay = async () => {
    const client = open(target, connectTimeoutMs, options.ca);
    try {
      let lose: (error: unknown) => void = () => {};
      const lost = new Promise<unknown>((resolve) => {
        lose = resolve;
      });
      client.on('error', lose);
      ended.signal.addEventListener('abort', lose);
      const greeted = client
        .connect()
        .then(() => Promise.all(prepare.map((command) => client.sendCommand([...command]))));
      await inTime(Promise.race([greeted, lost.then(fail)]), connectTimeoutMs);
      current = { client, lose };
      logger.info('the cache answers');
      tried();
      onReady?.();
      return { answered: true, why: await lost };
    } catch (why) {
      return { answered: false, why };
    } finally {
      current = undefined;
      client.destroy();
    }
  };

  const run = async () => {
    for (let failures = 0; !ended.signal.aborted; ) {
      const { answered, why } = await stay();
      tried();
      if (ended.signal.aborted) return;
      // Every failure of a long absence need not be told, and none with the server's own words.
      if (answered || failures === 0) logger.warn({ reason: codeOf(why) }, 'the cache does not answer');
      failures = answered ? 0 : failures + 1;
      const wait = Math.min(backoff.maxMs, backoff.baseMs * 2 ** failures);
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal: ended.signal }).catch(() => {});
    }
  };

  const first = new Promise<void>((resolve) => {
    tried = resolve;
  });
  const running = run();
  return {
    tried: first,
    send: async (command) => {
      if (!current) throw new NoAnswer('there is no connection');
      const { client, lose } = current;
      try {
        return await inTime(client.sendCommand([...command]), commandTimeoutMs);
      } catch (error) {
        if (error instanceof NoAnswer || isOfAnotherRole(error)) lose(error);
        throw error;
      }
    },
    close: async () => {
      ended.abort();
      await running;
    },
  };
}

/** A server that became a replica or has lost its cluster: another connection finds the one that took over. */
function isOfAnotherRole(error: unknown): boolean {
  return error instanceof Error && /^(READONLY|MASTERDOWN|CLUSTERDOWN|LOADING)\b/.test(error.message);
}

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

/** By hand: what the URL parser and the client say of a URL that is wrong repeats the password in it. */
function readUrl(url: string): Target {
  const parts = URL.canParse(url) ? new URL(url) : undefined;
  if (!parts?.hostname || (parts.protocol !== 'redis:' && parts.protocol !== 'rediss:')) {
    throw new ConfigError('the cache’s URL must be rediss://user:password@host:port (redis:// without TLS)');
  }
  return {
    host: parts.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(parts.port || 6379),
    tls: parts.protocol === 'rediss:',
    username: decodeURIComponent(parts.username) || undefined,
    password: decodeURIComponent(parts.password) || undefined,
  };
}

function open({ host, port, tls, username, password }: Target, connectTimeout: number, ca?: string) {
  const common = { host, port, connectTimeout, reconnectStrategy: false as const };
  return createClient({
    RESP: 2,
    socket: tls ? { ...common, tls: true, servername: host, ca } : common,
    username,
    password,
    disableOfflineQueue: true,
    disableClientInfo: true,
    commandsQueueMaxLength: maxInFlight,
    commandOptions: { timeout: undefined, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
}

async function inTime<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function fail(error: unknown): never {
  throw error;
}

/** `ECONNREFUSED`, or the first word of the server's answer, such as WRONGPASS. */
function codeOf(error: unknown): string {
  const { code, message = '', name } = error as { code?: string; message?: string; name?: string };
  return (
    code ?? /^[A-Z]{3,}/.exec(message)?.[0] ?? (error instanceof NoAnswer ? message : (name ?? 'unknown'))
  );
}
