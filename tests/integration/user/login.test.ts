/**
 * Proves, over HTTP on real PostgreSQL: login by name and by address; one answer and equal work for an unknown
 * user and a wrong password; the limits per account and per address, shared by replicas, blind to who exists.
 * Does not prove: that times are equal to an attacker with many samples; the work is, and the medians are near.
 */
import assert from 'node:assert/strict';
import jwt from 'jsonwebtoken';
import * as contract from '../../../runtime/contracts/api/user.ts';
import { UnavailableError } from '../../../runtime/errors.ts';
import { createPasswords } from '../../../services/user/passwords.ts';
import {
  audience,
  issuer,
  lightPasswords,
  migratedDatabase,
  password,
  problemFields,
  startUserService,
  type TestService,
} from './support.ts';

describe('login', () => {
  let service: TestService;
  before(async () => {
    service = await startUserService();
    await service.newUser('Ann');
  });
  after(() => service.close());

  it('takes the name or the address in any case, and gives a token of the contract', async () => {
    for (const name of ['Ann', 'aNN', 'ann@example.com', 'ANN@Example.com']) {
      const answer = await service.login(name);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      const { token, user } = contract.login.responses[200].parse(answer.body);
      assert.equal(user.username, 'Ann');
      const [key] = service.keys.current();
      const decoded = jwt.verify(token, key.publicKey, {
        algorithms: ['RS256'],
        complete: true,
        issuer,
        audience,
      });
      assert.equal(decoded.header.kid, key.kid);
      const { iat = 0, exp = 0, ...claims } = decoded.payload as jwt.JwtPayload;
      assert.deepEqual(claims, {
        sub: user.id,
        username: 'Ann',
        role: 'customer',
        iss: issuer,
        aud: audience,
      });
      assert.equal(exp - iat, 3_600);
    }
  });

  it('tells an unknown user and a wrong password the same, byte by byte', async () => {
    const answers = [
      await service.login('Ann', 'wrong password'),
      await service.login('nobody', 'wrong password'),
      await service.login('nobody@example.com', password),
      await service.login("' or 1=1 --", password),
    ];
    for (const answer of answers) {
      problemFields(answer, 401);
      assert.deepEqual(answer.body, answers[0]?.body);
      const names = [...answer.headers.keys()];
      assert.deepEqual(names, [...(answers[0]?.headers.keys() ?? [])]);
    }
  });

  it('refuses a body that is none', async () => {
    assert.deepEqual(
      problemFields(await service.call('POST', '/api/users/login', { body: { username: 7 } }), 400),
      ['username', 'password'],
    );
  });

  it('stores the password anew when the parameters have changed, and only after a success', async () => {
    const passwords = createPasswords({ parameters: { memory: 128, passes: 1, parallelism: 1 } });
    const { username } = await service.newUser('olga');
    const stored = async () => {
      const text = 'select password_hash as hash, version from account where username = $1';
      return (await service.database.query<{ hash: string; version: number }>(text, [username])).rows[0];
    };
    const databaseUrl = service.database.pool.options.connectionString;
    const stricter = await startUserService({ databaseUrl, passwords, keys: service.keys });
    try {
      await stricter.login(username, 'wrong password');
      assert.match((await stored())?.hash ?? '', /m=64,/);
      assert.equal((await stricter.login(username)).status, 200);
      assert.match((await stored())?.hash ?? '', /m=128,/);
      assert.equal((await stored())?.version, 1, 'nothing that an event tells has changed');
      assert.equal((await stricter.login(username)).status, 200);
    } finally {
      await stricter.close();
    }
  });
});

describe('login of nobody and with a wrong password', () => {
  let service: TestService;
  let hashed: string[];
  before(async () => {
    const real = createPasswords();
    service = await startUserService({
      limits: { perAccount: 1_000, perAddress: 1_000, windowSeconds: 60 },
      passwords: {
        ...real,
        verify: (given, stored) => {
          hashed.push(stored === undefined ? 'nobody' : 'somebody');
          return real.verify(given, stored);
        },
      },
    });
    hashed = [];
    await service.register('ann');
  });
  after(() => service.close());

  it('takes the same work, and about the same time', async () => {
    const timed = async (name: string) => {
      const from = performance.now();
      assert.equal((await service.login(name, 'wrong password')).status, 401);
      return performance.now() - from;
    };
    const wrong: number[] = [];
    const unknown: number[] = [];
    await timed('ann');
    for (let round = 0; round < 7; round++) {
      wrong.push(await timed('ann'));
      unknown.push(await timed(`nobody${round}`));
    }
    assert.deepEqual([...new Set(hashed)].sort(), ['nobody', 'somebody']);
    const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1] as number;
    const ratio = median(unknown) / median(wrong);
    assert.ok(ratio > 0.5 && ratio < 2, `unknown ÷ wrong took ${ratio.toFixed(2)}`);
    assert.ok(median(unknown) > 5, 'a hash was computed');
  });
});

describe('login attempts', () => {
  const limits = { perAccount: 3, perAddress: 6, windowSeconds: 60 };
  let service: TestService;
  let replica: TestService;
  let address = 0;
  const newAddress = () => `198.51.100.${++address}`;
  before(async () => {
    const databaseUrl = await migratedDatabase();
    service = await startUserService({ databaseUrl, limits });
    replica = await startUserService({ databaseUrl, limits, keys: service.keys });
  });
  after(async () => {
    await service.close();
    await replica.close();
  });

  const statuses = async (name: string, secrets: string[], on = service) => {
    const seen: number[] = [];
    for (const secret of secrets) seen.push((await on.login(name, secret, newAddress())).status);
    return seen;
  };

  it('are limited by account, from wherever they come, the right password too', async () => {
    await service.newUser('ann');
    assert.deepEqual(await statuses('ann', ['1', '2', '3', '4', password]), [401, 401, 401, 429, 429]);
    const answer = await replica.login('ANN', password, newAddress());
    problemFields(answer, 429);
    const wait = Number(answer.headers.get('retry-after'));
    assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= 60, `Retry-After: ${wait}`);
  });

  it('of an unknown name are limited in the same way', async () => {
    assert.deepEqual(await statuses('nobody', ['1', '2', '3', '4']), [401, 401, 401, 429]);
    const known = await service.login('ann', password, newAddress());
    const unknown = await service.login('nobody', password, newAddress());
    const withoutNumber = (text: string) => text.replace(/\d+ seconds/, 'n seconds');
    assert.equal(withoutNumber(unknown.body.detail), withoutNumber(known.body.detail));
  });

  it('count anew after a success', async () => {
    await service.newUser('bob');
    const secrets = ['1', '2', password, '3', '4', password, '5', '6', '7', '8'];
    assert.deepEqual(await statuses('bob', secrets), [401, 401, 200, 401, 401, 200, 401, 401, 401, 429]);
  });

  it('at once get no further than one after another', async () => {
    await service.newUser('carl');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? service : replica).login('carl', `guess ${index}`, newAddress()),
      ),
    );
    assert.equal(answers.filter((answer) => answer.status === 401).length, limits.perAccount);
    assert.equal(answers.filter((answer) => answer.status === 429).length, 20 - limits.perAccount);
  });

  it('are limited by address over all names, and other addresses go on', async () => {
    await service.newUser('dora');
    const from = newAddress();
    for (let index = 0; index < limits.perAddress; index++) {
      assert.equal((await service.login(`spray${index}`, 'x', from)).status, 401);
    }
    problemFields(await service.login('dora', password, from), 429);
    problemFields(await replica.login('dora', password, from), 429);
    assert.equal((await service.login('dora', password, newAddress())).status, 200);
  });

  it('that succeed never use up an address', async () => {
    await service.newUser('eve');
    const from = newAddress();
    for (let index = 0; index < limits.perAddress * 2; index++) {
      assert.equal((await service.login('eve', password, from)).status, 200);
    }
  });

  it('from one IPv6 /64 count as one', async () => {
    for (let index = 0; index < limits.perAddress; index++) {
      assert.equal((await service.login(`six${index}`, 'x', `2001:db8:0:7::${index + 1}`)).status, 401);
    }
    assert.equal((await service.login('six', 'x', '2001:db8:0:7:ffff::1')).status, 429);
    assert.equal((await service.login('six', 'x', '2001:db8:0:8::1')).status, 401);
  });

  it('on the current password are limited too', async () => {
    const user = await service.newUser('frida');
    const guess = () =>
      service.call('PATCH', `/api/users/${user.id}`, {
        body: { password: 'new password', currentPassword: 'guess' },
        token: user.token,
        from: newAddress(),
      });
    for (let index = 0; index < limits.perAccount; index++) assert.equal((await guess()).status, 403);
    problemFields(await guess(), 429);
  });

  it('keep no name as it was typed', async () => {
    const { rows } = await service.database.query<{ key: string }>('select key from login_attempt');
    assert.ok(rows.length > 3);
    for (const { key } of rows) assert.match(key, /^(account:[\w-]{43}|address:[\da-f.:/]+)$/);
  });

  it('are counted for nobody when the service is too busy to decide', async () => {
    const verify = async () => {
      throw new UnavailableError('too many at once');
    };
    const busy = await startUserService({ limits, passwords: { ...lightPasswords(), verify } });
    try {
      for (let index = 0; index < limits.perAccount * 2; index++) {
        const answer = await busy.login('ann', 'x');
        problemFields(answer, 503);
        assert.ok(Number(answer.headers.get('retry-after')) >= 1);
      }
    } finally {
      await busy.close();
    }
  });
});
