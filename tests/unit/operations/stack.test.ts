/**
 * What the commands learn of a stack from the Pulumi CLI, and what they say when it refuses. The answers are those of
 * the CLI 3.259, recorded; that a later one says the same is not proven here.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FixableError } from '../../../operations/fixable.ts';
import { MissingProgramError, type Run } from '../../../operations/run.ts';
import { platformConfigOf, project, readStackConfig, readStackOutputs } from '../../../operations/stack.ts';

const answering =
  (stdout: string, asked: string[][] = []): Run =>
  async (program, args) => {
    asked.push([program, ...args]);
    return { ok: true, stdout, stderr: '' };
  };
const refusing =
  (stderr: string): Run =>
  async () => ({ ok: false, stdout: '', stderr });

const config = `{
  "ecommerce-platform:cloud": { "value": "aws", "secret": false },
  "ecommerce-platform:region": { "value": "eu-west-1", "secret": false },
  "ecommerce-platform:paymentProvider": { "value": "stripe", "secret": false },
  "ecommerce-platform:stripeSecretKey": { "secret": true },
  "ecommerce-platform:stripeWebhookSecret": { "secret": true },
  "pulumi:disable-default-providers": { "value": "[\\"aws\\"]", "objectValue": ["aws"], "secret": false }
}`;

describe('a stack, as the Pulumi CLI tells it', () => {
  it('is of the project that Pulumi.yaml names', () => {
    assert.match(
      readFileSync(new URL('../../../Pulumi.yaml', import.meta.url), 'utf8'),
      new RegExp(`^name: ${project}$`, 'm'),
    );
  });

  it('has a configuration, which is read without opening its secrets', async () => {
    const asked: string[][] = [];
    const read = await readStackConfig(answering(config, asked), 'aws');
    assert.deepEqual(asked, [['pulumi', 'config', '--json', '--stack', 'aws', '--non-interactive']]);
    assert.deepEqual(Object.keys(read.values), [
      'cloud',
      'region',
      'paymentProvider',
      'stripeSecretKey',
      'stripeWebhookSecret',
    ]);
    const { region, profile, secrets } = platformConfigOf('aws', read);
    assert.deepEqual(
      [region, profile, Object.keys(secrets)],
      ['eu-west-1', 'learn', ['stripeSecretKey', 'stripeWebhookSecret']],
    );
  });

  it('has outputs once it stands', async () => {
    const outputs = await readStackOutputs(answering('{"gatewayUrl":"https://api.test"}'), 'aws');
    assert.deepEqual(outputs, { gatewayUrl: 'https://api.test' });
    await assert.rejects(readStackOutputs(answering('{}\n'), 'aws'), {
      message: 'the stack aws has no outputs: nothing stands',
      fix: 'pulumi up --stack aws',
    });
  });

  const refusals: [string, string, string][] = [
    [
      'nobody is logged in',
      'error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions',
      'pulumi login',
    ],
    ['there is no such stack', "error: no stack named 'aws' found", 'pulumi stack init aws'],
    [
      'the backend is not there',
      'error: unable to open state directory "file:///nowhere": stat /nowhere: no such file or directory',
      'pulumi login',
    ],
    [
      'the passphrase is missing',
      'error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables',
      'export PULUMI_CONFIG_PASSPHRASE=…',
    ],
    [
      'it says what nobody foresaw',
      'error: the moon is full',
      'see what `pulumi config --json --stack aws` says',
    ],
  ];
  for (const [when, said, fix] of refusals)
    it(`says what to do when ${when}`, async () => {
      await assert.rejects(
        readStackConfig(refusing(said), 'aws'),
        (error: unknown) =>
          error instanceof FixableError && error.fix === fix && said.endsWith(error.message),
      );
    });

  it('says how to get the CLI where there is none', async () => {
    const missing: Run = async (program) => {
      throw new MissingProgramError(program);
    };
    await assert.rejects(readStackOutputs(missing, 'aws'), {
      message: 'the Pulumi CLI is not there',
      fix: 'curl -fsSL https://get.pulumi.com | sh',
    });
  });
});
