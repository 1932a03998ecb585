import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';

/** Who signs tokens in a test that has no user service. */
export interface Issuer {
  /** What a process takes for its settings. */
  readonly settings: { readonly JWKS_URL: string; readonly TOKEN_ISSUER: string };
  token(userId: string, role?: 'customer' | 'admin'): string;
  stop(): void;
}

const issuer = 'http://issuer.invalid';

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' };
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: { JWKS_URL: `http://127.0.0.1:${port}/.well-known/jwks.json`, TOKEN_ISSUER: issuer },
    token: (userId, role = 'customer') =>
      jwt.sign({ username: userId, role }, privateKey, {
        algorithm: 'RS256',
        keyid: 'test',
        subject: userId,
        issuer,
        audience: 'shop',
        expiresIn: '1h',
      }),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
