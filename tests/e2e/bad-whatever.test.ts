/**
 * Proves that nothing which a client can send, to any route of the OpenAPI document that the shop serves, makes a 5xx or
 * an answer that is no problem document: by a fuzz, for what the other suites of bad input did not think of. At its
 * end, and theirs, the shop is ready and has logged no failure.
 * Does not prove: anything about what is no HTTP at all (tests/integration/gateway).
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GatewayRoute } from '../../runtime/contracts/openapi.ts';
import { type BadInput, badInput } from './support/bad-input.ts';
import { slowness } from './support/deployed.ts';
import { validRequest } from './support/requests.ts';
import { localOnly, type Target } from './support/target.ts';

describe('bad input', function () {
  this.timeout(60_000 * slowness);
  let input: BadInput;
  before(async function () {
    this.timeout(120_000);
    input = await badInput();
  });

  localOnly(
    'of any kind whatever is a problem document or a success, and never a 5xx',
    'it would use up a deployed shop’s limits for logins and requests',
    async () => {
      const special = fc.constantFrom(
        '\u0000',
        '\ud800',
        '__proto__',
        '\u202e',
        'NaN',
        '-0',
        '1e999',
        "'",
        '%',
      );
      const some = fc.string({ unit: 'binary', maxLength: 20 });
      const text = fc.oneof(
        some,
        fc.tuple(some, special, some).map((parts) => parts.join('')),
        fc.constantFrom('', ' ', '\u0000', 'a'.repeat(300)),
      );
      const json = fc.jsonValue({ maxDepth: 3 });
      const value = fc.oneof(text, text, json, fc.integer(), fc.double());
      const cursor = json.map((each) => Buffer.from(JSON.stringify(each)).toString('base64url'));
      const parameter = fc.oneof(
        fc.tuple(fc.constant('cursor'), cursor),
        fc.tuple(fc.constantFrom('limit', 'cursor', 'q', 'sort', 'userId', 'category', 'minPrice'), text),
        fc.tuple(text, text),
      );
      const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) =>
        fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
      const attempt = fc.record({
        route: fc
          .nat({ max: 10_000 })
          .map((index) => input.routes[index % input.routes.length] as GatewayRoute),
        /** Which of the valid body's fields to put something else into, and what. */
        changes: fc.array(fc.tuple(fc.nat({ max: 8 }), value), { minLength: 1, maxLength: 3 }),
        extra: rarely(fc.tuple(text, value)),
        whole: rarely(value),
        id: rarely(text),
        query: rarely(fc.array(parameter, { minLength: 1, maxLength: 3 })),
        key: rarely(fc.string({ maxLength: 20 })),
      });
      await fc.assert(
        fc.asyncProperty(attempt, async ({ route, changes, extra, whole, id, query, key }) => {
          // What the other cases are about must stay.
          if (id === undefined && route.method === 'DELETE') return;
          const valid = validRequest(route, input.fixtures);
          const body: Record<string, unknown> = { ...valid.body };
          const names = Object.keys(body);
          for (const [index, other] of changes) {
            const name = names[index % Math.max(names.length, 1)];
            if (name !== undefined && !(route.operationId === 'updateUser' && name === 'password'))
              body[name] = other;
          }
          if (extra) Object.defineProperty(body, extra[0], { value: extra[1], enumerable: true });
          const segment =
            id === undefined ? undefined : encodeURIComponent(id.toWellFormed()).replace(/^\.{1,2}$/, 'x');
          const path = segment === undefined ? valid.path : route.path.replace(/\{\w+\}/, () => segment);
          const search = (query ?? []).map(([name, one]) =>
            [name, one].map((each) => encodeURIComponent(each.toWellFormed())).join('='),
          );
          const hasBody = valid.body !== undefined;
          const answer = await input.send({
            route,
            path: search.length > 0 ? `${path}?${search.join('&')}` : path,
            body: hasBody ? JSON.stringify(whole === undefined ? body : whole) : undefined,
            headers: key === undefined ? {} : { 'idempotency-key': encodeURIComponent(key) },
          });
          const said = `${route.operationId} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`;
          assert.ok(answer.status < 500, said);
          if (answer.status >= 400) assert.ok(input.isProblem(answer), said);
        }),
        { numRuns: 600, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false },
      );
    },
  );

  localOnly(
    'leaves no failure in the logs and a shop that is ready',
    'logs are read on this machine',
    async () => {
      assert.equal((await input.shop.client.call('GET', '/ready')).status, 200);
      const { output } = (input.shop.local as NonNullable<Target['local']>).shop;
      const failures = output()
        .split('\n')
        .filter((line) => /"level":"(error|fatal)"/.test(line));
      assert.deepEqual(failures, []);
    },
  );
});
