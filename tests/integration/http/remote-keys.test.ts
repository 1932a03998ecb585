/**
 * Proves, against a real HTTP server: an issuer's keys are read once and together, ids that do not exist cost it
 * next to nothing and harm nobody, a new key is found, and an issuer that is away makes no key unknown.
 * Does not prove: that a withdrawn key is forgotten after its five minutes.
 */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../../../runtime/errors.ts';
import { type KeySource, remoteKeys } from '../../../runtime/http/token.ts';
import { generateSigningKey, type PublicJwk, parseKeys } from '../../../services/user/keys.ts';

describe('remote keys', () => {
  let server: Server;
  let published: PublicJwk[];
  let reads: number;
  let keys: KeySource;

  const newKey = async () => parseKeys(JSON.stringify({ keys: [await generateSigningKey()] }))[0].jwk;

  beforeEach(async () => {
    published = [await newKey()];
    reads = 0;
    server = createServer((_request, response) => {
      reads += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: published }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    keys = remoteKeys(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const first = () => (published[0] as PublicJwk).kid;

  it('are read once for many that ask at the same time, and kept', async () => {
    const found = await Promise.all(Array.from({ length: 50 }, () => keys(first())));
    assert.ok(found.every((key) => key?.asymmetricKeyType === 'rsa'));
    await sleep(1_100);
    assert.ok(await keys(first()));
    assert.equal(reads, 1);
  });

  it('are not read for each of a thousand ids that do not exist, and are there for the right one', async () => {
    const found = await Promise.all(Array.from({ length: 500 }, (_, index) => keys(`unknown-${index}`)));
    for (let index = 500; index < 1_000; index += 1) found.push(await keys(`unknown-${index}`));
    assert.ok(found.every((key) => key === undefined));
    assert.ok(reads <= 2, `${reads} reads`);
    assert.ok(await keys(first()));
  });

  it('are read again for an id that is not known, so that a new key is found', async () => {
    assert.ok(await keys(first()));
    const next = await newKey();
    published.push(next);
    await sleep(1_100);
    assert.ok(await keys(next.kid));
    assert.equal(reads, 2);
  });

  it('that are known stay so while the issuer is away; of the others nothing can be said', async () => {
    assert.ok(await keys(first()));
    server.closeAllConnections();
    server.close();
    await sleep(1_100);
    assert.ok(await keys(first()));
    await assert.rejects(keys('unknown'), UnavailableError);
  });
});
