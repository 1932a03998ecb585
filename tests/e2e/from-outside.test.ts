/**
 * Proves that `npm run e2e` runs these suites from outside, with a URL and an administrator's password and nothing
 * else: of a stack, told by its outputs and its secret, and at a URL; that it fails when the shop does, says what it
 * skips and why, tells nobody the password, and leaves no product behind. In long runs all of the suites run, twice on
 * the same shop, which has the limits that a shop has by default.
 * Does not prove: that a shop in a cloud passes. The CLIs of Pulumi and AWS are scripts of this test.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from './support/client.ts';
import { type LocalShop, shopOn, startLocalShop, uniqueName } from './support/shop.ts';
import { target } from './support/target.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const long = Boolean(process.env.LONG);
const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecommerce-aws-admin-a1b2c3';

describe('the suite from outside', function () {
  this.timeout(60_000);
  let shop: LocalShop;
  let folder: string;
  const username = uniqueName('admin');
  const password = randomBytes(12).toString('hex');

  before(async function () {
    this.timeout(120_000);
    const shared = long ? undefined : (await target()).local?.shop;
    shop = shared ?? (await startLocalShop());
    const args = ['create', '--username', username, '--email', `${username}@example.com`];
    const made = await shop.command('admin', args, { ADMIN_PASSWORD: password });
    assert.equal(made.code, 0, made.output);
    folder = mkdtempSync(join(tmpdir(), 'shop-outside-'));
  });
  after(async () => {
    if (long) await shop?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A program of that name, first on PATH. */
  const program = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/bash\n${script}`);
    chmodSync(join(folder, name), 0o755);
  };

  /** As a user runs it, with nothing of this shop in its environment. */
  const e2e = (args: readonly string[], more: NodeJS.ProcessEnv) =>
    new Promise<{ code: number | null; output: string; last: string }>((resolve) => {
      const { PATH, HOME } = process.env;
      const env = { HOME, PATH: `${folder}${delimiter}${PATH}`, ...more };
      const child = spawn(process.execPath, ['operations/e2e.ts', ...args], { cwd: root, env });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      child.once('close', (code) =>
        resolve({ code, output, last: output.trimEnd().split('\n').at(-1) ?? '' }),
      );
    });
  const atUrl = (args: readonly string[] = [], as = password) =>
    e2e(['--url', shop.url, ...args], { ADMIN_USERNAME: username, ADMIN_PASSWORD: as });

  it('finds the shop of a stack, and its administrator’s password in the stack’s secret', async () => {
    const config = Object.entries({ cloud: 'aws', region: 'eu-west-1', adminUsername: username });
    const values = config.map(([key, value]) => [`ecommerce-platform:${key}`, { value, secret: false }]);
    const outputs = { gatewayUrl: shop.url, adminPasswordSecret: secret };
    program(
      'pulumi',
      `case "$*" in
'config --json --stack aws --non-interactive') echo '${JSON.stringify(Object.fromEntries(values))}';;
'stack output --json --stack aws --non-interactive') echo '${JSON.stringify(outputs)}';;
*) echo "error: $*" >&2; exit 1;;
esac`,
    );
    program(
      'aws',
      `[[ "$*" == *'get-secret-value --region eu-west-1 --secret-id ${secret} '* ]] && echo ${password}`,
    );
    const { code, output, last } = await e2e(['--stack', 'aws', '--grep', 'log in by name'], {});
    assert.equal(code, 0, output);
    assert.equal(last, '1 passed, 0 failed, 0 skipped');
    assert.ok(output.startsWith(`the shop at ${shop.url}, as ${username}\n`), output);
    assert.match(output, /deleted again: 0 products, 1 accounts/);
    assert.ok(!output.includes(password), 'the password is in the output');

    program('aws', 'echo "AccessDeniedException: no" >&2; exit 254');
    const refused = await e2e(['--stack', 'aws'], {});
    assert.equal(refused.code, 1);
    assert.match(refused.output, /password cannot be read: AccessDeniedException: no\n {2}→ aws sso login/);
  });

  it('fails when nobody may log in, and says where it could not', async () => {
    const { code, output } = await atUrl(['--grep', 'log in by name'], 'wrong');
    assert.equal(code, 1, output);
    assert.ok(output.includes(`${username} could not log in at ${shop.url}`), output);
  });

  if (long)
    it('passes twice on the same shop, which is sound and has none of its products then', async function () {
      this.timeout(shopOn === 'local' ? 240_000 : 900_000);
      for (const round of ['first', 'second']) {
        const { code, output, last } = await atUrl();
        assert.equal(code, 0, `${round}: ${output}`);
        const [, passed, skipped] = /^(\d+) passed, 0 failed, (\d+) skipped$/.exec(last) ?? [];
        assert.ok(Number(passed) > 70, `${round}: ${last}`);
        assert.ok(Number(skipped) > 0, `${round}: ${last}`);
        const reasons = output.split('SKIPPED, and so not proven by this run:\n')[1]?.split('\n\n')[0] ?? '';
        for (const line of reasons.split('\n')) assert.match(line, /\(skipped from outside: /);
        assert.ok(!output.includes(password), 'the password is in the output');
      }
      const { body } = await createClient(shop.url).call<{ items: { name: string }[] }>(
        'GET',
        '/api/products?category=Tests',
      );
      assert.deepEqual(body.items, []);
      const { findings } = await shop.verify();
      assert.deepEqual(findings, []);
    });
});
