// Proves which settings, addresses and secrets each process of the local shop gets. Not proven: that it heeds them.
import assert from 'node:assert/strict';
import { childEnvironment } from '../../../local/supervisor/environment.ts';
import { layOut } from '../../../local/supervisor/layout.ts';
import { shopProcesses } from '../../../local/supervisor/processes.ts';
import { readLocalSettings } from '../../../local/supervisor/settings.ts';

const cloudPorts = {
  ...{ documents: 7, messages: 8, secrets: 14, administration: 13 },
  ...{ order: 9, inventory: 10, payment: 11, notification: 12 },
};
const ports = { gateway: 1, console: 2, user: 3, product: 4, functions: 5, postgres: 6, ...cloudPorts };
const secrets = {
  passwords: { superuser: 'root-secret', user_service: 'u/1', product_service: 'p', shop: 's' },
  tokenKeysFile: '/data/token-keys.json',
};
const layoutOf = (env: NodeJS.ProcessEnv = {}) =>
  layOut(readLocalSettings({ DATA_DIR: '/data', ...env }), ports, secrets);

function environmentOf(name: string, inherited: NodeJS.ProcessEnv = {}, env: NodeJS.ProcessEnv = {}) {
  const spec = shopProcesses.find((process) => process.name === name);
  assert.ok(spec);
  return childEnvironment({ layout: layoutOf(env), listensOn: spec.listensOn, needs: spec.needs, inherited });
}

describe('the environment of a local process', () => {
  it('is, for the user service, exactly this', () => {
    assert.deepEqual(environmentOf('user', { LOG_LEVEL: 'debug', KILL_AT: 'x:1', PORT: '8080' }), {
      LOG_LEVEL: 'debug',
      KILL_AT: 'x:1',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:2',
      HOST: '127.0.0.1',
      PORT: '3',
      DATA_DIR: '/data',
      PUBLIC_URL: 'http://127.0.0.1:1',
      TOKEN_ISSUER: 'http://127.0.0.1:1',
      TOKEN_AUDIENCE: 'shop',
      JWKS_URL: 'http://127.0.0.1:3/.well-known/jwks.json',
      USER_URL: 'http://127.0.0.1:3',
      PRODUCT_URL: 'http://127.0.0.1:4',
      FUNCTIONS_URL: 'http://127.0.0.1:5',
      CONSOLE_URL: 'http://127.0.0.1:2',
      USER_DATABASE_URL: 'postgresql://user_service:u%2F1@127.0.0.1:6/user_db',
      SHOP_DATABASE_URL: 'postgresql://shop:s@127.0.0.1:6/shop',
      TOKEN_KEYS_FILE: '/data/token-keys.json',
    });
  });

  const secretNames = ['USER_DATABASE_URL', 'PRODUCT_DATABASE_URL', 'SHOP_DATABASE_URL', 'TOKEN_KEYS_FILE'];
  const expected = {
    user: ['USER_DATABASE_URL', 'SHOP_DATABASE_URL', 'TOKEN_KEYS_FILE'],
    product: ['PRODUCT_DATABASE_URL', 'SHOP_DATABASE_URL'],
    functions: ['SHOP_DATABASE_URL'],
    gateway: [],
    console: ['SHOP_DATABASE_URL'],
  };
  for (const [name, names] of Object.entries(expected)) {
    it(`holds of the secrets, for ${name}, ${names.join(', ') || 'none'}`, () => {
      const env = environmentOf(name);
      assert.deepEqual(
        secretNames.filter((secret) => secret in env),
        names,
      );
      assert.ok(!JSON.stringify(env).includes('root-secret'));
    });
  }

  it('has no variable of libpq, and keeps what only looks like one', () => {
    const env = environmentOf('functions', { PGHOST: 'a', PGSSLMODE: 'require', PG_COLOR: 'auto' });
    assert.deepEqual(
      Object.keys(env).filter((name) => name.startsWith('PG')),
      ['PG_COLOR'],
    );
  });

  it('sends traces to the collector that is named, else to the console, which has none itself', () => {
    const own = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318' };
    assert.equal(environmentOf('product', own).OTEL_EXPORTER_OTLP_ENDPOINT, own.OTEL_EXPORTER_OTLP_ENDPOINT);
    assert.equal(environmentOf('console').OTEL_EXPORTER_OTLP_ENDPOINT, '');
  });

  it('lets only the gateway listen elsewhere than on this machine', () => {
    assert.equal(environmentOf('gateway', {}, { HOST: '0.0.0.0' }).HOST, '0.0.0.0');
    assert.equal(environmentOf('functions', {}, { HOST: '0.0.0.0' }).HOST, '127.0.0.1');
    assert.equal(layoutOf({ HOST: '0.0.0.0' }).gatewayUrl, 'http://127.0.0.1:1');
    assert.equal(layoutOf({ HOST: '::1' }).gatewayUrl, 'http://[::1]:1');
  });

  it('takes the issuer of tokens from PUBLIC_URL when that is set', () => {
    const env = environmentOf('gateway', {}, { PUBLIC_URL: 'https://shop.example/' });
    assert.equal(env.TOKEN_ISSUER, 'https://shop.example');
    assert.equal(env.USER_URL, 'http://127.0.0.1:3');
  });
});

describe('the settings of the local run', () => {
  it('have the defaults of the documentation', () => {
    assert.deepEqual(readLocalSettings({}, '/home/ada/shop'), {
      dataDir: '/home/ada/shop/.data',
      host: '127.0.0.1',
      port: 8080,
      consolePort: 8081,
      publicUrl: undefined,
      tokenAudience: 'shop',
      catalogue: 'sample',
    });
  });

  const wrong: readonly (readonly [NodeJS.ProcessEnv, RegExp])[] = [
    [{ PORT: '70000' }, /PORT: /],
    [{ CONSOLE_PORT: 'eighty' }, /CONSOLE_PORT: /],
    [{ PORT: '8081' }, /PORT and CONSOLE_PORT are both 8081/],
    [{ PUBLIC_URL: 'ftp://shop.example' }, /PUBLIC_URL: /],
  ];
  for (const [env, message] of wrong) {
    it(`refuse ${JSON.stringify(env)}`, () => assert.throws(() => readLocalSettings(env), message));
  }
});
