/**
 * `npm run doctor` as a user runs it, with programs on PATH that answer as the real ones do: what it prints, and its
 * exit code. That AWS, Pulumi and Docker really answer so is not proven here: the refusals are recorded from the Pulumi
 * CLI 3.259 and the AWS CLI, the answers are constructed from the services' models. What the answers mean in all their
 * kinds is in tests/unit/operations.
 */
import assert from 'node:assert/strict';
import { aws, machine, pulumiOnAws, pulumiWith } from './answers.ts';
import { type Answers, runWith } from './stubs.ts';

const command = ['operations/doctor/index.ts', '--stack', 'aws'];
const well = { ...machine, pulumi: pulumiOnAws, aws };
const examine = (programs: Readonly<Record<string, Answers>>) => runWith(programs, command);

describe('the doctor', () => {
  it('finds nothing where all is there, and exits with 0', async () => {
    const { code, stdout, stderr } = await examine(well);
    assert.equal(stderr, '');
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      '✔ Pulumi CLI: 3.259.0',
      '✔ Node for Pulumi: 24.21.0',
      '✔ Docker: engine 28.2.2',
      '✔ Docker buildx: 0.24.0',
      '✔ Pulumi backend: me at file://~',
      '✔ Configuration: aws, eu-west-1, learn',
      '✔ aws CLI: 2.31.0',
      '✔ AWS credentials: account 123456789012, arn:aws:sts::123456789012:assumed-role/deploy/me',
      '✔ Region: eu-west-1',
      '✔ vCPUs for the nodes: All Standard Spot: 32, in use 0, wanted 6',
      '✔ VPCs: VPCs per Region: 5, in use 1, wanted 1',
      '✔ Lambda concurrency: 1000 at once',
      '✔ Kubernetes version: 1.35',
      '✔ Left from before: nothing',
      '14 ok, 0 warnings, 0 failed',
    ]);
    assert.equal(code, 0);
  });

  it('says how to get what is missing, and asks no further than it can', async () => {
    const { code, stdout } = await examine({ node: machine.node ?? {}, pulumi: pulumiOnAws });
    assert.match(stdout, /✘ Docker: docker is not there\n {4}→ https:\/\/docs\.docker\.com/);
    assert.match(stdout, /✘ aws CLI: aws is not there\n {4}→ https:\/\/docs\.aws\.amazon\.com/);
    assert.doesNotMatch(stdout, /Region:/);
    assert.equal(code, 1);
  });

  it('stops before the account where nobody is known there', async () => {
    const { code, stdout } = await examine({
      ...well,
      aws: {
        '--version': String(aws['--version']),
        sts: {
          refuses:
            '\nUnable to locate credentials. You can configure credentials by running "aws configure".',
        },
      },
    });
    assert.match(stdout, /✘ AWS credentials: Unable to locate credentials\. .*\n {4}→ aws configure\n/);
    assert.match(stdout, /7 ok, 0 warnings, 1 failed\n$/);
    assert.equal(code, 1);
  });

  it('fails on a quota that is too small, and warns of what it may not look at', async () => {
    const { code, stdout } = await examine({
      ...well,
      aws: {
        ...aws,
        'service-quotas get-service-quota --service-code ec2 --quota-code L-34B43A08': {
          Quota: { QuotaName: 'All Standard Spot', Value: 5 },
        },
        'logs describe-log-groups': {
          logGroups: [
            {
              logGroupName: '/aws/lambda/ecommerce-aws-order',
              arn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/ecommerce-aws-order:*',
            },
          ],
        },
        'ec2 describe-vpcs': {
          refuses:
            'An error occurred (UnauthorizedOperation) when calling the DescribeVpcs operation: You are not authorized',
        },
      },
    });
    assert.match(
      stdout,
      /✘ vCPUs for the nodes: All Standard Spot: 5, in use 0, wanted 6\n {4}→ aws service-quotas request/,
    );
    assert.match(stdout, /! Left from before: 1 that .*\n {4}→ npm run orphans -- --stack aws\n/);
    assert.match(stdout, /! VPCs: could not be looked at: An error occurred \(UnauthorizedOperation\)/);
    assert.equal(code, 1);
  });

  it('shows all that is wrong with the configuration, each with its command', async () => {
    const { code, stdout } = await examine({
      ...well,
      pulumi: pulumiWith({ cloud: 'aws', region: 'eu-west-1', nodeCount: 'many', profile: 'cheap' }),
    });
    assert.match(stdout, /✘ Configuration: .*profile is cheap.*nodeCount is many/);
    assert.match(
      stdout,
      /→ pulumi config set profile learn --stack aws && pulumi config set nodeCount 3 --stack aws/,
    );
    assert.doesNotMatch(stdout, /aws CLI/);
    assert.equal(code, 1);
  });
});
