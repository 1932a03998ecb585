/**
 * Proves which command of a cloud's CLI reads the first administrator's password, and what is said when it cannot;
 * never the password. Does not prove that the CLIs take these commands.
 */
import assert from 'node:assert/strict';
import { adminPassword } from '../../../operations/admin-password.ts';
import { FixableError } from '../../../operations/fixable.ts';
import { MissingProgramError, type Run } from '../../../operations/run.ts';

describe('the password of the first administrator', () => {
  const asked: string[] = [];
  const answering = (answer: { ok: boolean; stdout: string; stderr: string }): Run => {
    asked.length = 0;
    return async (program, args) => {
      asked.push([program, ...args].join(' '));
      return answer;
    };
  };

  it('comes from AWS’s or Azure’s own store', async () => {
    const run = answering({ ok: true, stdout: 'a long passphrase\n', stderr: '' });
    assert.equal(await adminPassword(run, 'aws', 'eu-west-1', 'arn:x'), 'a long passphrase');
    const url = 'https://v.vault.azure.net/secrets/admin-password';
    assert.equal(await adminPassword(run, 'azure', 'northeurope', url), 'a long passphrase');
    assert.deepEqual(asked, [
      'aws secretsmanager get-secret-value --region eu-west-1 --secret-id arn:x --query SecretString --output text',
      `az keyvault secret show --id ${url} --query value --output tsv`,
    ]);
  });

  it('is missed with what the CLI said and what to do, and never with what it gave', async () => {
    const refusing = answering({ ok: false, stdout: 'half a passphrase', stderr: 'AccessDenied\n' });
    await assert.rejects(adminPassword(refusing, 'azure', '', 'x'), (error) => {
      assert.ok(error instanceof FixableError);
      assert.equal(error.message, 'the administrator’s password cannot be read: AccessDenied');
      assert.equal(error.fix, 'az login');
      return true;
    });
    const absent: Run = async (program) => {
      throw new MissingProgramError(program);
    };
    await assert.rejects(adminPassword(absent, 'aws', '', 'x'), {
      message: 'aws is not on PATH',
      fix: 'install aws, or set ADMIN_PASSWORD',
    });
  });
});
