/**
 * The images of the containers, built by a real Docker engine as the program builds them and run as the cluster runs them: as
 * nobody, without capabilities, on a root that is read only. The base is this machine's own Node, for there may be no
 * registry: nothing is proven of the bases that are deployed, of other platforms, nor of what a container does on its
 * cloud.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Bundles, buildBundles } from '../../../components/bundles.ts';

const dockerfile = fileURLToPath(new URL('../../../components/images/Dockerfile', import.meta.url));
const engine = spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 });
const runsLinux = process.platform === 'linux';

const closed = [
  '--read-only',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
  '--tmpfs',
  '/tmp',
].concat(['--network', 'none', '--user', '1000:1000', '--memory', '256m']);

function docker(...args: readonly string[]): string {
  // The classic builder, where BuildKit is not to be had: the Dockerfile takes both.
  const env = { ...process.env, DOCKER_BUILDKIT: '0' };
  return execFileSync('docker', args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** Node and the libraries that it is linked to, and nothing else: no shell either. */
function makeBase(name: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'image-base-'));
  try {
    const put = (from: string, to: string) => {
      mkdirSync(dirname(join(folder, to)), { recursive: true });
      copyFileSync(realpathSync(from), join(folder, to));
    };
    put(process.execPath, '/usr/local/bin/node');
    const linked = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
    for (const [, file] of linked.matchAll(/(?:=> )?(\/\S+) \(0x/g)) if (file) put(file, file);
    mkdirSync(join(folder, 'tmp'));
    const tar = execFileSync('tar', ['-C', folder, '-c', '.'], { maxBuffer: 1 << 30 });
    execFileSync('docker', ['import', '-', name], { input: tar, stdio: ['pipe', 'ignore', 'inherit'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('images of containers', () => {
  if (engine.status !== 0 || !runsLinux) {
    it.skip('are built and run closed: no Docker engine answers here (docker info); start one to run this');
    return;
  }

  const base = `shop-test-base:${process.pid}`;
  const imageOf = (name: string) => `shop-test-${name}:${process.pid}`;
  const settings = {
    TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:events',
    TOKEN_ISSUER: 'https://issuer.test',
    JWKS_URL: 'http://user/.well-known/jwks.json',
    PRODUCT_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
    AWS_REGION: 'eu-west-1',
  };
  const withSettings = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  let bundles: Bundles;

  before(async function () {
    this.timeout(180_000);
    bundles = await buildBundles('aws', 'test-of-images');
    makeBase(base);
    for (const name of bundles.containers)
      docker(
        'build',
        '--quiet',
        ...['--build-arg', `NODE=${base}`, '--build-arg', `BASE=${base}`],
        ...['--file', dockerfile, '--tag', imageOf(name)],
        bundles.folderOf(name).path,
      );
  });
  after(() => {
    for (const image of [...bundles.containers.map(imageOf), base])
      spawnSync('docker', ['rmi', '--force', image], { stdio: 'ignore' });
  });

  it('serve, say that they live, and stop in order when they are told', async function () {
    this.timeout(90_000);
    const fast = ['--health-interval', '1s', '--env', 'STOP_GRACE_MS=200'];
    const id = docker('run', '--detach', ...closed, ...fast, ...withSettings, imageOf('product'));
    try {
      const inspect = (what: string) => docker('inspect', '--format', `{{${what}}}`, id);
      for (let tries = 0; tries < 60 && inspect('.State.Health.Status') !== 'healthy'; tries += 1)
        await sleep(500);
      assert.equal(inspect('.State.Health.Status'), 'healthy', docker('logs', id));
      docker('stop', '--time', '40', id);
      assert.equal(inspect('.State.ExitCode'), '0', docker('logs', id));
    } finally {
      spawnSync('docker', ['rm', '--force', id], { stdio: 'ignore' });
    }
  });

  const runOnce = (name: string, ...args: string[]) =>
    spawnSync('docker', ['run', '--rm', ...closed, imageOf(name), ...args], { encoding: 'utf8' });

  it('do what they are told by their argument, and say what they miss', function () {
    this.timeout(60_000);
    const migrate = runOnce('user', 'migrate');
    assert.equal(migrate.status, 1);
    assert.match(migrate.stdout, /USER_DATABASE_URL/);
    const bootstrap = runOnce('bootstrap', 'databases');
    assert.equal(bootstrap.status, 1);
    assert.match(bootstrap.stdout, /DATABASE_ADMIN_URL/);
  });

  it('have no secret and no source in them, and run as nobody', function () {
    this.timeout(60_000);
    const config = JSON.parse(docker('inspect', '--format', '{{json .Config}}', imageOf('user')));
    assert.equal(config.User, '1000:1000');
    assert.ok(config.Healthcheck.Test.includes('/usr/local/bin/node'));
    const list = `import{readdirSync}from'node:fs';console.log(readdirSync('/app',{recursive:true}).join())`;
    const { stdout } = spawnSync(
      'docker',
      [
        'run',
        '--rm',
        ...closed,
        '--entrypoint',
        '/usr/local/bin/node',
        imageOf('user'),
        '--input-type=module',
        '-e',
        list,
      ],
      { encoding: 'utf8' },
    );
    const files = stdout.trim().split(',');
    assert.ok(files.includes('main.mjs') && files.includes('migrations/0001_user.sql'), stdout);
    assert.deepEqual(
      files.filter((file) => /\.(ts|map|env|pem)$/.test(file)),
      [],
    );
  });
});
