/**
 * Proves, on a small project of its own: the same source gives the same bytes, bundles, maps and zips, twice and in
 * another time zone; each unit has its own cloud's SDK in it and no other's, and one that has is refused, as is
 * one over its budget; what the hosts read is in its place. On the shop's own entries: each has only its own
 * cloud in it, functions are within their budgets, a container's bundle migrates and serves, and a function's reads the issuer's
 * keys and exports its spans.
 *
 * Does not prove: the same bytes of another version of esbuild or fflate, nor that the clouds take the zips.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { hostJson } from '../../../runtime/edges/azure/host-settings.ts';
import { type BuiltUnit, buildUnits } from '../../../scripts/build/build.ts';
import { findUnits } from '../../../scripts/build/units.ts';
import { eventually } from '../../contract/case.ts';
import { startIssuer } from '../../support/issuer.ts';
import { awsPlace, startContainer } from '../containers/harness.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const fixture = fileURLToPath(new URL('fixture', import.meta.url));

const filesIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );

describe('the build', function () {
  this.timeout(60_000);
  let folder: string;
  const right = findUnits(fixture).filter(({ name }) => name !== 'mixed');
  const buildInto = (name: string) => buildUnits({ root: fixture, outDir: join(folder, name), units: right });
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shop-build-'));
    await buildInto('first');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('takes each file of entries/<cloud>/ that is named as a function or a container', () => {
    assert.deepEqual(
      findUnits(fixture).map(({ cloud, name, kind }) => `${cloud}/${name} ${kind}`),
      ['aws/box container', 'aws/hello function', 'azure/hello function', 'azure/mixed function'],
    );
  });

  it('gives the same bytes for the same source', async () => {
    await buildInto('second');
    assert.deepEqual(filesIn(join(folder, 'second')), filesIn(join(folder, 'first')));
  });

  it('gives the same archive in another time zone', () => {
    const script = `
      import { zip } from './scripts/build/zip.ts';
      console.log(Buffer.from(zip(new Map([['b', Buffer.from('two')], ['a', Buffer.from('one')]]))).toString('hex'));`;
    const archives = ['UTC', 'Pacific/Auckland', 'America/Los_Angeles'].map((TZ) =>
      execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', script], {
        cwd: root,
        env: { ...process.env, TZ },
        encoding: 'utf8',
      }),
    );
    assert.equal(new Set(archives).size, 1);
  });

  it('puts what each host reads in its place, and maps beside', () => {
    const archived = (name: string) => {
      const files = Object.keys(unzipSync(readFileSync(join(folder, 'first', `${name}.zip`))));
      return files.filter((file) => !file.startsWith('parts/'));
    };
    assert.deepEqual(archived('aws/hello'), ['main.mjs']);
    assert.deepEqual(archived('azure/hello'), ['host.json', 'main.mjs', 'package.json']);
    const host = readFileSync(join(folder, 'first', 'azure/hello/host.json'), 'utf8');
    assert.deepEqual(JSON.parse(host), hostJson);
    assert.deepEqual(archived('aws/box'), ['main.mjs', 'migrations/0001_box.sql']);
    const map = JSON.parse(readFileSync(join(folder, 'first', 'aws/hello.maps/main.mjs.map'), 'utf8'));
    assert.ok(map.sources.some((source: string) => source.endsWith('functions/hello/greeting.ts')));
  });

  it('makes a Lambda function that runs by itself, on the credentials of its environment', () => {
    const main = pathToFileURL(join(folder, 'first/aws/hello/main.mjs')).href;
    const script = `console.log(await (await import(${JSON.stringify(main)})).handler());`;
    const call = (env: Record<string, string>) =>
      execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        env,
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim();
    const environment = { AWS_ACCESS_KEY_ID: 'lambda', AWS_SECRET_ACCESS_KEY: 'none' };
    assert.equal(call(environment), 'hello from eu-west-1, as lambda');
    assert.throws(() => call({ AWS_PROFILE: 'mine' }), /a function has its credentials from its environment/);
  });

  it('makes an Azure function that registers with the host’s own module', () => {
    const script = `
      import Module from 'node:module';
      const load = Module._load;
      const registered = [];
      const core = {
        Disposable: class {}, version: '0', hostVersion: '0',
        setProgrammingModel: () => {}, getProgrammingModel: () => {}, registerHook: () => {}, log: () => {},
        registerFunction: ({ name }) => registered.push(name),
      };
      Module._load = (id, ...rest) => (id === '@azure/functions-core' ? core : load(id, ...rest));
      await import(${JSON.stringify(pathToFileURL(join(folder, 'first/azure/hello/main.mjs')).href)});
      console.log(registered.join());`;
    const args = ['--input-type=module', '--eval', script];
    assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8' }).trim(), 'hello');
  });

  it('finds a container’s files beside its bundle', () => {
    const file = join(folder, 'first/aws/box/main.mjs');
    const said = execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim();
    assert.deepEqual(readdirSync(said), ['0001_box.sql']);
  });

  it('refuses the code of another cloud', async () => {
    const units = findUnits(fixture).filter(({ name }) => name === 'mixed');
    await assert.rejects(buildUnits({ root: fixture, outDir: join(folder, 'mixed'), units }), {
      name: 'BuildError',
      message: /^azure\/mixed has another cloud's code in it: .*@aws-sdk\//,
    });
  });

  it('refuses a function over its budget, and names both sizes', async () => {
    const units = right.filter(({ kind }) => kind === 'function');
    const budgets = { aws: 10_000, azure: 650_000 };
    await assert.rejects(buildUnits({ root: fixture, outDir: join(folder, 'large'), units, budgets }), {
      name: 'BuildError',
      message: /^aws\/hello is over its budget: \d+ of 10000 bytes zipped$/,
    });
  });
});

describe('the shop’s bundles', function () {
  this.timeout(120_000);
  let folder: string;
  let built: BuiltUnit[];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shop-build-'));
    built = await buildUnits({ root, outDir: folder });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are there for each container on each cloud, within budget and of one cloud only', () => {
    const containers = built.filter(({ kind }) => kind === 'container');
    assert.deepEqual(
      containers.map(({ cloud, name }) => `${cloud}/${name}`),
      ['aws/bootstrap', 'aws/product', 'aws/user', 'azure/bootstrap', 'azure/product', 'azure/user'],
    );
  });

  it('run: order on AWS reads the issuer’s keys, and has exported its spans when it has answered', async () => {
    const issuer = await startIssuer();
    const paths: string[] = [];
    const collector = createServer((request, response) => {
      paths.push(request.url ?? '');
      request.resume().on('end', () => response.end('{}'));
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as AddressInfo;
    const event = {
      version: '2.0',
      routeKey: 'GET /api/orders',
      rawPath: '/api/orders',
      rawQueryString: 'limit=none',
      requestContext: { http: { method: 'GET', path: '/api/orders' } },
      headers: { authorization: `Bearer ${issuer.token('USR-1')}` },
    };
    const main = pathToFileURL(join(folder, 'aws/order/main.mjs')).href;
    const script = `
      const { handler } = await import(${JSON.stringify(main)});
      const { statusCode } = await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 5_000 });
      console.log(statusCode);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      {
        env: {
          ...issuer.settings,
          TOKEN_AUDIENCE: 'shop',
          TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:shop-events',
          AWS_REGION: 'us-east-1',
          LOG_LEVEL: 'silent',
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        },
      },
    );
    issuer.stop();
    collector.close();
    // The token was taken: what is refused is the limit.
    assert.equal(stdout.trim(), '400');
    assert.ok(paths.includes('/v1/traces'), `exported: ${paths.join() || 'nothing'}`);
  });

  for (const [name, setting] of Object.entries({
    user: 'USER_DATABASE_URL',
    product: 'PRODUCT_DATABASE_URL',
  })) {
    it(`run: ${name} on AWS migrates its database and serves`, async () => {
      const place = await awsPlace(setting);
      const file = join(folder, 'aws', name, 'main.mjs');
      const job = await startContainer(file, place.env, 'migrate');
      assert.equal(await job.exited, 0, job.output());
      const container = await startContainer(file, { ...place.env, STOP_GRACE_MS: '0' });
      const ready = async () => assert.equal((await fetch(`${container.url}/ready`)).status, 200);
      await eventually(ready, 10_000).catch((error) => assert.fail(`${error} ${container.output()}`));
      const path = name === 'user' ? '/.well-known/jwks.json' : '/api/products';
      assert.equal((await fetch(container.url + path)).status, 200, container.output());
      container.kill('SIGTERM');
      assert.equal(await container.exited, 0, container.output());
      await place.stop();
    });
  }
});
