/**
 * Proves, over HTTP on real PostgreSQL: registration (also in a race), reading, changing and deleting a
 * profile, who may; that each change leaves exactly one event with its version, and a failed one leaves
 * neither row nor event.
 * Does not prove: that events reach the bus (the outbox relay's and the process's tests do).
 */
import assert from 'node:assert/strict';
import * as contract from '../../../runtime/contracts/api/user.ts';
import { password, problemFields, startUserService, type TestService, type TestUser } from './support.ts';

describe('accounts', () => {
  let service: TestService;
  let ann: TestUser;
  let bob: TestUser;
  let admin: TestUser;
  before(async () => {
    service = await startUserService();
    ann = await service.newUser('Ann');
    bob = await service.newUser('bob');
    admin = await service.newAdmin('root');
  });
  after(() => service.close());

  const path = (user: { id: string }) => `/api/users/${user.id}`;
  const patch = (user: { id: string }, body: object, token: string) =>
    service.call('PATCH', path(user), { body, token });
  const rowCount = async () =>
    (await service.database.query<{ n: number }>('select count(*) as n from account')).rows[0]?.n;

  it('are registered with an answer of the contract, a password hash and one event', async () => {
    const answer = await service.register('carol');
    assert.equal(answer.status, 201);
    contract.register.responses[201].parse(answer.body);
    assert.equal(answer.headers.get('location'), path(answer.body));
    const { rows } = await service.database.query('select * from account where id = $1', [answer.body.id]);
    assert.equal(rows.length, 1);
    assert.match(rows[0]?.password_hash, /^\$argon2id\$v=19\$/);
    assert.ok(!JSON.stringify(rows[0]).includes(password));
    const events = await service.outbox(answer.body.id);
    assert.deepEqual(
      events.map(({ type, aggregateversion, data }) => ({ type, aggregateversion, data })),
      [
        {
          type: 'user.registered',
          aggregateversion: 1,
          data: { userId: answer.body.id, username: 'carol', email: 'carol@example.com' },
        },
      ],
    );
  });

  it('need a name, an address and a password that are valid', async () => {
    const body = { username: 'a b', email: 'nobody', password: 'short', role: 'admin' };
    const answer = await service.call('POST', '/api/users/register', { body });
    assert.deepEqual(problemFields(answer, 400).sort(), ['email', 'password', 'role', 'username']);
  });

  it('have a name and an address of their own, whatever the case, and the answer says which is taken', async () => {
    const before = [await rowCount(), (await service.outbox()).length];
    assert.deepEqual(problemFields(await service.register('ANN', 'other@example.com'), 409), ['username']);
    assert.deepEqual(problemFields(await service.register('other', 'ANN@EXAMPLE.COM'), 409), ['email']);
    assert.deepEqual([await rowCount(), (await service.outbox()).length], before, 'neither row nor event');
  });

  it('of one name at the same moment: one is made, the others are told', async () => {
    const before = [await rowCount(), (await service.outbox()).length] as [number, number];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => service.register('Racer', `racer${index}@example.com`)),
    );
    assert.equal(answers.filter((answer) => answer.status === 201).length, 1);
    for (const answer of answers.filter((each) => each.status !== 201)) {
      assert.deepEqual(problemFields(answer, 409), ['username']);
    }
    assert.deepEqual([await rowCount(), (await service.outbox()).length], [before[0] + 1, before[1] + 1]);
  });

  it('are read by their user and by an admin; to others they do not exist', async () => {
    for (const token of [ann.token, admin.token]) {
      const answer = await service.call('GET', path(ann), { token });
      assert.equal(answer.status, 200);
      const profile = contract.getUser.responses[200].parse(answer.body);
      assert.equal(profile.username, 'Ann');
      assert.equal(profile.role, 'customer');
      assert.ok(Math.abs(Date.parse(profile.created_at) - Date.now()) < 60_000);
    }
    const nobody = { id: 'USR-00000000000000000000000000' };
    const calls = [
      service.call('GET', path(ann), { token: bob.token }),
      patch(ann, { phone: '+441632960123' }, bob.token),
      service.call('DELETE', path(ann), { token: bob.token }),
      service.call('GET', path(nobody), { token: admin.token }),
      service.call('GET', path(nobody), { token: bob.token }),
      patch(nobody, { phone: null }, admin.token),
      service.call('DELETE', path(nobody), { token: admin.token }),
    ];
    const bodies = (await Promise.all(calls)).map((answer) => {
      problemFields(answer, 404);
      return JSON.stringify(answer.body);
    });
    assert.equal(new Set(bodies).size, 1, 'one answer, whether there is such a user or not');
    assert.equal((await service.call('GET', path(ann), { token: ann.token })).body.phone, undefined);
  });

  it('change by field, and each change is one event of the next version', async () => {
    const user = await service.newUser('dora');
    const first = await patch(user, { phone: '+441632960123' }, user.token);
    assert.equal(first.status, 200);
    assert.equal(contract.updateUser.responses[200].parse(first.body).phone, '+441632960123');
    assert.equal((await patch(user, { email: 'dora@new.example' }, user.token)).body.phone, '+441632960123');
    const third = await patch(user, { phone: null }, user.token);
    assert.ok(!('phone' in third.body));
    assert.equal(third.body.email, 'dora@new.example');
    assert.equal((await patch(user, {}, user.token)).status, 200);
    const events = await service.outbox(user.id);
    assert.deepEqual(
      events.map(({ type, aggregateversion, data }) => [type, aggregateversion, data]),
      [
        ['user.registered', 1, { userId: user.id, username: 'dora', email: 'dora@example.com' }],
        [
          'user.updated',
          2,
          { userId: user.id, username: 'dora', email: 'dora@example.com', phone: '+441632960123' },
        ],
        [
          'user.updated',
          3,
          { userId: user.id, username: 'dora', email: 'dora@new.example', phone: '+441632960123' },
        ],
        ['user.updated', 4, { userId: user.id, username: 'dora', email: 'dora@new.example' }],
      ],
    );
  });

  it('changed in many ways at once lose no change and give out no version twice', async () => {
    const user = await service.newUser('many');
    const answers = await Promise.all([
      patch(user, { email: 'many@new.example' }, user.token),
      patch(user, { phone: '+441632960123' }, user.token),
      patch(user, { phone: '+441632960123' }, admin.token),
    ]);
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 200, 200],
    );
    const { body } = await service.call('GET', path(user), { token: user.token });
    assert.deepEqual([body.email, body.phone], ['many@new.example', '+441632960123']);
    const versions = (await service.outbox(user.id)).map((event) => event.aggregateversion);
    assert.deepEqual(versions, [1, 2, 3, 4]);
  });

  it('cannot take another’s address, and keep what they had', async () => {
    const user = await service.newUser('eve');
    const taken = await patch(user, { email: 'Bob@Example.com', phone: '+441632960123' }, user.token);
    assert.deepEqual(problemFields(taken, 409), ['email']);
    assert.equal((await service.call('GET', path(user), { token: user.token })).body.phone, undefined);
    assert.equal((await service.outbox(user.id)).length, 1);
  });

  it('get a new password only with the current one, unless an admin sets another’s', async () => {
    const user = await service.newUser('fred');
    const next = 'another fine secret';
    const missing = await patch(user, { password: next }, user.token);
    assert.deepEqual(problemFields(missing, 400), ['currentPassword']);
    const wrong = await patch(user, { password: next, currentPassword: 'a guess' }, user.token);
    assert.deepEqual(problemFields(wrong, 403), ['currentPassword']);
    assert.equal((await service.login('fred')).status, 200);
    const right = await patch(user, { password: next, currentPassword: password }, user.token);
    assert.equal(right.status, 200);
    assert.equal((await service.login('fred')).status, 401);
    assert.equal((await service.login('fred', next)).status, 200);
    assert.equal((await patch(user, { password }, admin.token)).status, 200);
    assert.equal((await service.login('fred')).status, 200);
    const own = await patch(admin, { password: next }, admin.token);
    assert.deepEqual(problemFields(own, 400), ['currentPassword'], 'an admin’s own is like anybody’s');
  });

  it('refuse wrong fields by name', async () => {
    const answer = await patch(bob, { phone: '0163', email: 'x', role: 'admin', username: 'x' }, bob.token);
    assert.deepEqual(problemFields(answer, 400).sort(), ['email', 'phone', 'role', 'username']);
    problemFields(await service.call('GET', '/api/users/1', { token: bob.token }), 400);
  });

  it('are deleted once; the token that is left reaches nothing, and the name is free again', async () => {
    const user = await service.newUser('gone');
    assert.equal((await service.call('DELETE', path(user), { token: user.token })).status, 204);
    problemFields(await service.call('GET', path(user), { token: user.token }), 404);
    problemFields(await patch(user, { phone: null }, user.token), 404);
    problemFields(await service.call('DELETE', path(user), { token: user.token }), 404);
    assert.equal((await service.login('gone')).status, 401);
    const events = await service.outbox(user.id);
    assert.deepEqual(
      events.map(({ type, aggregateversion, data }) => [type, aggregateversion, data]),
      [
        ['user.registered', 1, { userId: user.id, username: 'gone', email: 'gone@example.com' }],
        ['user.deleted', 2, { userId: user.id }],
      ],
    );
    assert.notEqual((await service.register('gone')).body.id, user.id);
  });

  const outboxRefuses = {
    begin: 'alter table outbox add constraint full_outbox check (false) not valid',
    end: 'alter table outbox drop constraint full_outbox',
  };
  const commitFails = {
    begin: `create function fail() returns trigger language plpgsql as 'begin raise exception ''no commit''; end';
            create constraint trigger fail after insert or update or delete on account
            deferrable initially deferred for each row execute function fail()`,
    end: 'drop trigger fail on account; drop function fail()',
  };
  for (const [what, { begin, end }, name] of [
    ['whose event cannot be written', outboxRefuses, 'hana'],
    ['whose transaction fails at its very end', commitFails, 'hugo'],
  ] as const) {
    it(`${what} are not changed, and nothing tells of it`, async () => {
      const user = await service.newUser(name);
      const before = await service.outbox();
      await service.database.query(begin);
      try {
        assert.equal((await service.register('ivan')).status, 500);
        assert.equal((await patch(user, { phone: '+441632960123' }, user.token)).status, 500);
        assert.equal((await service.call('DELETE', path(user), { token: user.token })).status, 500);
      } finally {
        await service.database.query(end);
      }
      assert.equal((await service.login('ivan')).status, 401);
      const { status, body } = await service.call('GET', path(user), { token: user.token });
      assert.deepEqual([status, body.phone], [200, undefined]);
      assert.deepEqual(await service.outbox(), before);
    });
  }
});
