import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Meant for one connection, not for who is behind it (RFC 9110 §7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Written anew for the upstream: by the HTTP client, or here because a caller must not choose them. */
const ownRequestHeaders = new Set([
  ...hopByHop,
  'host',
  'content-length',
  'expect',
  'forwarded',
  'x-real-ip',
  'x-request-id',
  'traceparent',
]);

export interface ForwardedFacts {
  readonly requestId: string;
  readonly address: string;
  readonly traceparent?: string;
}

/** The headers for the upstream, as a flat list of names and values. */
export function upstreamHeaders(incoming: IncomingHttpHeaders, facts: ForwardedFacts): string[] {
  const named = namedByConnection(incoming.connection);
  const headers = ['x-request-id', facts.requestId, 'x-forwarded-for', facts.address];
  if (facts.traceparent !== undefined) headers.push('traceparent', facts.traceparent);
  for (const name in incoming) {
    if (ownRequestHeaders.has(name) || name.startsWith('x-forwarded-') || named?.has(name)) continue;
    const value = incoming[name];
    if (typeof value === 'string') headers.push(name, value);
    else if (value) for (const each of value) headers.push(name, each);
  }
  return headers;
}

/** What goes back to the caller of the upstream's headers. */
export function callerHeaders(upstream: Readonly<Record<string, string | string[] | undefined>>) {
  const connection = upstream.connection;
  const named = namedByConnection(Array.isArray(connection) ? connection.join(',') : connection);
  const headers: OutgoingHttpHeaders = {};
  for (const name in upstream) {
    if (!hopByHop.has(name) && !named?.has(name)) headers[name] = upstream[name];
  }
  return headers;
}

function namedByConnection(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}

/** A caller's own request id when it can stand in a header and a log line as it is; else a new one. */
export function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** The path and query to ask the upstream for: an absolute-form target loses its scheme and host. */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}
