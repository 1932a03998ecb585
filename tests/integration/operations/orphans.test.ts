/**
 * `npm run orphans` as a user runs it, with programs on PATH that answer as the real ones do. That AWS tells all that is
 * left is not proven here.
 */
import assert from 'node:assert/strict';
import { aws, pulumiOnAws } from './answers.ts';
import { type Answers, runWith } from './stubs.ts';

const command = ['operations/orphans/index.ts', '--stack', 'aws'];
const table = 'arn:aws:dynamodb:eu-west-1:123456789012:table/ecommerce-aws-order';
const cloud: Answers = {
  ...aws,
  'resourcegroupstaggingapi get-resources': { ResourceTagMappingList: [{ ResourceARN: table }] },
};
const stateOf = (...resources: object[]): Answers => ({
  ...pulumiOnAws,
  'stack export': { version: 3, deployment: { resources } },
});

describe('what is left of a stack, as a command', () => {
  it('is listed with the command that deletes it, and fails', async () => {
    const { code, stdout } = await runWith({ pulumi: stateOf(), aws: cloud }, command);
    assert.equal(
      stdout,
      `dynamodb table: ${table}\n    → aws dynamodb delete-table --table-name ecommerce-aws-order --region eu-west-1\n1 left of aws\n`,
    );
    assert.equal(code, 1);
  });

  it('is nothing while the state knows it', async () => {
    const pulumi = stateOf({
      type: 'aws:dynamodb/table:Table',
      id: 'ecommerce-aws-order',
      outputs: { arn: table },
    });
    const { code, stdout } = await runWith({ pulumi, aws: cloud }, command);
    assert.equal(stdout, 'nothing is left of aws, as far as is told\n');
    assert.equal(code, 0);
  });

  it('is not said to be nothing where nobody may look', async () => {
    const refuses = {
      refuses: '\nUnable to locate credentials. You can configure credentials by running "aws configure".',
    };
    const { code, stdout } = await runWith(
      {
        pulumi: stateOf(),
        aws: { resourcegroupstaggingapi: refuses, logs: refuses, ec2: refuses, secretsmanager: refuses },
      },
      command,
    );
    assert.match(stdout, /! could not be looked at, log groups: Unable to locate credentials/);
    assert.match(stdout, /\nwhat is left of aws is not known\n$/);
    assert.equal(code, 1);
  });
});
