import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt, { type SignOptions } from 'jsonwebtoken';
import { createGateway, type GatewayOptions } from '../../../local/gateway/server.ts';
import { createOpenApiDocument } from '../../../runtime/contracts/openapi.ts';
import { createTokenVerifier, remoteKeys } from '../../../runtime/http/token.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { startTelemetry } from '../../../runtime/telemetry/start.ts';

/** Real sockets on free ports: an issuer that publishes its keys, upstreams of a few lines, the gateway itself. */

export const issuerName = 'http://shop.test';
export const audience = 'shop';
export const silent = createLogger('gateway-test', 'silent');

// Spans need a tracer to continue a trace; nothing is exported.
startTelemetry({ service: 'gateway-test', tracesPerSecond: 1_000 });

const opened: (() => Promise<unknown>)[] = [];

/** Closes all that the suite opened, the last first. */
export async function closeAll(): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close();
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface TestUpstream {
  readonly url: string;
  readonly server: Server;
  /** The requests that arrived, in order. */
  readonly seen: Seen[];
}

export async function startUpstream(
  answer: RequestListener = (_request, response) => response.end('{}'),
  port = 0,
): Promise<TestUpstream> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  opened.push(() => stopServer(server));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, seen };
}

export async function stopServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export interface Issuer {
  readonly jwksUrl: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly kid: string;
  token(options?: SignOptions, claims?: object): string;
}

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'test-key';
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  const jwks = await startUpstream((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  return {
    jwksUrl: jwks.url,
    publicKey,
    privateKey,
    kid,
    token: (options = {}, claims = {}) =>
      jwt.sign({ sub: 'USR-1', username: 'ann', role: 'customer', ...claims }, privateKey, {
        algorithm: 'RS256',
        keyid: kid,
        issuer: issuerName,
        audience,
        expiresIn: 60,
        ...options,
      }),
  };
}

export function everyService(url: string): GatewayOptions['upstreams'] {
  return { user: url, product: url, order: url, inventory: url, payment: url, notification: url };
}

export async function startGateway(
  upstreamUrl: string,
  issuer: Issuer,
  more: Partial<GatewayOptions> = {},
): Promise<string> {
  const server = await createGateway({
    document: createOpenApiDocument(),
    upstreams: everyService(upstreamUrl),
    verifyToken: createTokenVerifier(remoteKeys(issuer.jwksUrl), { issuer: issuerName, audience }),
    logger: silent,
    corsOrigins: [],
    requestsPerMinute: 0,
    upstreamTimeoutMs: 5_000,
    ...more,
  });
  opened.push(() => server.close());
  return server.listen({ host: '127.0.0.1', port: 0 });
}
