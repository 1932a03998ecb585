/**
 * Proves: passwords are hashed as OWASP recommends, each with its own salt, checked as any keyboard types
 * them, with the same work for nobody's hash, a few at a time, and refused with 503 when too many wait.
 * Does not prove: that the whole login takes equal time (tests/integration/user/login.test.ts).
 */
import assert from 'node:assert/strict';
import { ProblemError } from '../../../runtime/http/problem.ts';
import { createPasswords, owaspParameters } from '../../../services/user/passwords.ts';
import { parsePhc } from '../../../services/user/phc.ts';
import { createWorkQueue } from '../../../services/user/work-queue.ts';

describe('passwords', () => {
  it('are hashed with 19 MiB, two passes, one lane, 16 bytes of salt and 32 of tag', async () => {
    const passwords = createPasswords();
    const hash = await passwords.hash('correct horse');
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.equal(await passwords.verify('correct horse', hash), true);
    assert.equal(await passwords.verify('correct horsf', hash), false);
    assert.equal(passwords.isOutdated(hash), false);
    assert.deepEqual(parsePhc(hash).parameters, owaspParameters);
  });

  const light = { memory: 64, passes: 1, parallelism: 1 };

  it('get a salt each', async () => {
    const passwords = createPasswords({ parameters: light });
    assert.notEqual(await passwords.hash('same'), await passwords.hash('same'));
  });

  it('are the same however their letters are composed', async () => {
    const passwords = createPasswords({ parameters: light });
    assert.equal(await passwords.verify('cafe\u0301-olé', await passwords.hash('café-ole\u0301')), true);
  });

  it('of nobody are never right', async () => {
    assert.equal(await createPasswords({ parameters: light }).verify('anything', undefined), false);
  });

  for (const [name, other] of Object.entries({
    memory: { ...light, memory: 128 },
    passes: { ...light, passes: 2 },
    parallelism: { memory: 64, passes: 1, parallelism: 2 },
  })) {
    it(`hashed with another ${name} are outdated, and still checked`, async () => {
      const hash = await createPasswords({ parameters: other }).hash('secret');
      const passwords = createPasswords({ parameters: light });
      assert.equal(passwords.isOutdated(hash), true);
      assert.equal(await passwords.verify('secret', hash), true);
    });
  }

  it('more than may wait are refused with 503 and Retry-After', async () => {
    const passwords = createPasswords({ parameters: light, queue: { concurrency: 1, maxWaiting: 2 } });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => passwords.hash('x')));
    const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
    assert.equal(refused.length, 2);
    for (const problem of refused) {
      assert.ok(problem instanceof ProblemError);
      assert.equal(problem.status, 503);
      assert.ok(Number(problem.headers?.['retry-after']) >= 1);
    }
    assert.equal(await passwords.verify('x', await passwords.hash('x')), true);
  });
});

describe('the work queue', () => {
  it('runs no more at once than it may, in order, and goes on after a failure', async () => {
    const enqueue = createWorkQueue({ concurrency: 2, maxWaiting: 100 });
    let running = 0;
    let most = 0;
    const started: number[] = [];
    const work = (index: number) =>
      enqueue(async () => {
        started.push(index);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        if (index % 3 === 0) throw new Error('wanted');
        return index;
      });
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => work(index)));
    assert.equal(most, 2);
    assert.deepEqual(
      started,
      Array.from({ length: 20 }, (_, index) => index),
    );
    assert.equal(results.filter((result) => result.status === 'rejected').length, 7);
  });
});
