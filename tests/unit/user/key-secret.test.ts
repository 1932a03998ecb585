/**
 * Proves: keys in a secret store are read at the start and again, a rotation is seen, and what cannot be used or
 * had leaves the old ones in place; settings are filled in from secrets by their names.
 * Does not prove: how soon a real store shows a rotation.
 */
import assert from 'node:assert/strict';
import { withSecrets } from '../../../runtime/config/secret-env.ts';
import { UnavailableError } from '../../../runtime/errors.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { openKeySecret } from '../../../services/user/key-secret.ts';
import { generateSigningKey } from '../../../services/user/keys.ts';
import { eventually } from '../../contract/case.ts';

const silent = createLogger('test', 'silent');
const file = (...keys: object[]) => JSON.stringify({ keys });

describe('token keys in a secret store', () => {
  it('are those of the secret, also after a rotation, and stay through trouble', async () => {
    const [first, second] = [await generateSigningKey(), await generateSigningKey()];
    let stored = async () => file(first);
    const keys = await openKeySecret({ get: () => stored() }, 'shop/keys', silent, 5);
    const kids = () => keys.current().map(({ kid }) => kid);
    assert.deepEqual(kids(), [first.kid]);
    stored = async () => {
      throw new UnavailableError('away');
    };
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(kids(), [first.kid]);
    stored = async () => 'not JSON';
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(kids(), [first.kid]);
    stored = async () => file(second, first);
    await eventually(() => assert.deepEqual(kids(), [second.kid, first.kid]));
    keys.close();
  });

  it('are a setting to correct when they are wrong at the start', async () => {
    const secrets = { get: async () => '{"keys": "a-secret"}' };
    const error = await openKeySecret(secrets, 'shop/keys', silent).catch((thrown) => thrown);
    assert.equal(error.name, 'ConfigError');
    assert.match(error.message, /shop\/keys/);
    assert.doesNotMatch(error.message, /a-secret/);
  });
});

describe('settings from secrets', () => {
  it('stand beside the others, and the secret’s name is kept', async () => {
    const secrets = { get: async (name: string) => `value of ${name}` };
    assert.deepEqual(
      await withSecrets({ A: '1', URL_SECRET_NAME: 'shop/url', NONE_SECRET_NAME: '' }, secrets),
      {
        A: '1',
        URL: 'value of shop/url',
        URL_SECRET_NAME: 'shop/url',
        NONE_SECRET_NAME: '',
      },
    );
  });

  it('are all named that cannot be had', async () => {
    const secrets = {
      get: async (name: string) => {
        throw new Error(`there is no secret named ${name}`);
      },
    };
    await assert.rejects(withSecrets({ A_SECRET_NAME: 'a', B_SECRET_NAME: 'b' }, secrets), {
      name: 'ConfigError',
      message: /A_SECRET_NAME: .*\n {2}B_SECRET_NAME: /,
    });
  });
});
