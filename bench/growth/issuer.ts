import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import jwt from 'jsonwebtoken';
import type { Closing } from '../support/closing.ts';

/** Who signs the tokens of a benchmark, in place of the user service. */
export interface Issuer {
  /** What the processes of the shop take for their settings. */
  readonly settings: { readonly JWKS_URL: string; readonly TOKEN_ISSUER: string };
  token(userId: string): string;
}

const issuer = 'http://bench.invalid';

export async function openIssuer(closing: Closing): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'RS256' };
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as { port: number };
  return {
    settings: { JWKS_URL: `http://127.0.0.1:${port}/.well-known/jwks.json`, TOKEN_ISSUER: issuer },
    token: (userId) =>
      jwt.sign({ username: userId, role: 'customer' }, privateKey, {
        algorithm: 'RS256',
        keyid: 'bench',
        subject: userId,
        issuer,
        audience: 'shop',
        expiresIn: '2h',
      }),
  };
}
