/**
 * What is left of a stack: what the clouds' CLIs tell, without what its state knows. The answers are constructed in the
 * shapes of the services' models; that a service tells all that there is, is not proven here, and the tagging API does not.
 */
import assert from 'node:assert/strict';
import type { Ask } from '../../../operations/cloud-cli.ts';
import { aws } from '../../../operations/orphans/aws.ts';
import { removeCommand } from '../../../operations/orphans/aws-remove.ts';
import { azure } from '../../../operations/orphans/azure.ts';
import { findLeft, type Look } from '../../../operations/orphans/orphan.ts';
import { type Known, knownOf } from '../../../operations/state.ts';

const owner = { cost: 'p/aws', prefix: 'p-aws-', region: 'eu-west-1' };
const arn = (service: string, rest: string, region = 'eu-west-1') =>
  `arn:aws:${service}:${region}:123456789012:${rest}`;

/** Answers by the two words of a command, and by its region where that matters. */
const answering =
  (answers: Readonly<Record<string, unknown>>): Ask =>
  async (...args) => {
    const command = args.slice(0, 2).join(' ');
    const answer = answers[`${command} ${args.at(-1)}`] ?? answers[command];
    if (answer instanceof Error) throw answer;
    return answer;
  };

const nothing = {
  'resourcegroupstaggingapi get-resources': { ResourceTagMappingList: [] },
  'logs describe-log-groups': { logGroups: [] },
  'ec2 describe-network-interfaces': { NetworkInterfaces: [] },
  'secretsmanager list-secrets': { SecretList: [] },
};
const tagged = (...arns: string[]) => ({
  ResourceTagMappingList: arns.map((ResourceARN) => ({ ResourceARN, Tags: [] })),
});
const left = async (
  looks: readonly Look[],
  answers: Readonly<Record<string, unknown>>,
  known: Known = knownOf(),
) => {
  const { orphans, unseen } = await findLeft(looks, answering(answers), owner, known);
  return { ids: orphans.map(({ id }) => id), unseen, orphans };
};

describe('what is left of a stack on AWS', () => {
  it('is nothing where nothing is told', async () => {
    assert.deepEqual(await left(aws, nothing), { ids: [], unseen: [], orphans: [] });
  });

  it('is what carries the tag, in the region and where AWS keeps what is of no region', async () => {
    const table = arn('dynamodb', 'table/p-aws-order');
    const site = arn('cloudfront', 'distribution/E1', '');
    const { orphans } = await left(aws, {
      ...nothing,
      'resourcegroupstaggingapi get-resources eu-west-1': tagged(table),
      'resourcegroupstaggingapi get-resources us-east-1': tagged(site),
    });
    assert.deepEqual(orphans, [
      {
        what: 'dynamodb table',
        id: table,
        remove: 'aws dynamodb delete-table --table-name p-aws-order --region eu-west-1',
      },
      {
        what: 'cloudfront distribution',
        id: site,
        remove: `no command is known: find ${site} in the console, or \`aws help\``,
      },
    ]);
  });

  it('is not what the state knows, by an ARN or by an id, nor what the node group makes', async () => {
    const known = knownOf({
      deployment: {
        resources: [
          { type: 'aws:sns/topic:Topic', id: arn('sns', 'p-aws-events') },
          { type: 'aws:ec2/subnet:Subnet', id: 'subnet-1', outputs: { arn: { secret: true } } },
          {
            type: 'aws:eks/accessEntry:AccessEntry',
            id: 'x',
            outputs: { accessEntryArn: arn('eks', 'access-entry/1') },
          },
          { type: 'aws:eks/nodeGroup:NodeGroup', id: 'p:n' },
        ],
      },
    });
    const answers = {
      ...nothing,
      'resourcegroupstaggingapi get-resources': tagged(
        arn('sns', 'p-aws-events'),
        arn('ec2', 'subnet/subnet-1'),
        arn('eks', 'access-entry/1'),
        arn('ec2', 'instance/i-1'),
        arn('ec2', 'subnet/subnet-2'),
      ),
      'ec2 describe-network-interfaces': {
        NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1', Status: 'in-use' }],
      },
    };
    assert.deepEqual((await left(aws, answers, known)).ids, [arn('ec2', 'subnet/subnet-2')]);
    assert.equal((await left(aws, answers)).ids.length, 6);
  });

  it('is a log group of the stack’s names, and none of another stack that begins as they do', async () => {
    const group = (logGroupName: string) => ({
      logGroupName,
      arn: `${arn('logs', `log-group:${logGroupName}`)}:*`,
    });
    const { ids } = await left(aws, {
      ...nothing,
      'logs describe-log-groups': {
        logGroups: [group('/aws/lambda/p-aws-order'), group('/aws/lambda/p-aws-2-order')],
      },
    });
    assert.deepEqual(ids, [arn('logs', 'log-group:/aws/lambda/p-aws-order')]);
  });

  it('is a secret that waits to be deleted', async () => {
    const secret = (name: string, cost: string, DeletedDate?: string) => ({
      ARN: arn('secretsmanager', `secret:${name}`),
      Tags: [{ Key: 'cost', Value: cost }],
      ...(DeletedDate !== undefined && { DeletedDate }),
    });
    const day = '2026-11-24T00:00:00+00:00';
    const { ids } = await left(aws, {
      ...nothing,
      'secretsmanager list-secrets': {
        SecretList: [secret('a', 'p/aws', day), secret('b', 'p/aws'), secret('c', 'p/aws-2', day)],
      },
    });
    assert.deepEqual(ids, [arn('secretsmanager', 'secret:a')]);
  });

  it('says what it could not look at, and goes on with the rest', async () => {
    const { ids, unseen } = await left(aws, {
      ...nothing,
      'logs describe-log-groups': new Error('AccessDenied'),
      'resourcegroupstaggingapi get-resources': tagged(arn('sqs', 'p-aws-failures')),
    });
    assert.deepEqual(unseen, ['log groups: AccessDenied']);
    assert.equal(ids.length, 1);
  });

  const commands: [string, string][] = [
    [
      arn('sqs', 'q'),
      'aws sqs delete-queue --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/q --region eu-west-1',
    ],
    ['arn:aws:s3:::bucket', 'aws s3 rb --force s3://bucket --region eu-west-1'],
    [
      arn('ecr', 'repository/p-aws/user'),
      'aws ecr delete-repository --force --repository-name p-aws/user --region eu-west-1',
    ],
    [
      arn('logs', 'log-group:/aws/lambda/x'),
      'aws logs delete-log-group --log-group-name /aws/lambda/x --region eu-west-1',
    ],
    [
      arn('rds', 'snapshot:final'),
      'aws rds delete-db-snapshot --db-snapshot-identifier final --region eu-west-1',
    ],
    [arn('ec2', 'vpc/vpc-1', 'us-east-1'), 'aws ec2 delete-vpc --vpc-id vpc-1 --region us-east-1'],
  ];
  for (const [id, command] of commands)
    it(`is deleted by \`${command.split(' ').slice(0, 3).join(' ')}\``, () => {
      assert.equal(removeCommand(id, 'eu-west-1'), command);
    });
});

describe('what is left of a stack on Azure', () => {
  const group = (name: string) => ({ id: `/subscriptions/1/resourceGroups/${name}`, name });
  const vault = { name: 'kv1', properties: { tags: { cost: 'p/aws' }, scheduledPurgeDate: '2026-12-01' } };
  const answers = {
    'resource list': [
      { id: '/subscriptions/1/a', type: 'Microsoft.Cache/redisEnterprise', resourceGroup: 'p-aws-shop' },
      {
        id: '/subscriptions/1/vmss',
        type: 'Microsoft.Compute/virtualMachineScaleSets',
        resourceGroup: 'P-AWS-nodes',
      },
    ],
    'group list cost=p/aws': [group('p-aws-shop')],
    'group list': [group('p-aws-shop'), group('p-aws-nodes'), group('p-aws-2-shop')],
    'keyvault list-deleted': [vault],
    'apim deletedservice': [],
  };

  it('is what carries the tag, the groups, the nodes’ own, and names that are still taken', async () => {
    assert.deepEqual((await left(azure, answers)).ids, [
      '/subscriptions/1/a',
      '/subscriptions/1/vmss',
      '/subscriptions/1/resourceGroups/p-aws-shop',
      '/subscriptions/1/resourceGroups/p-aws-nodes',
      'kv1',
    ]);
  });

  it('is not what the state knows, whatever the case of its letters, nor what the cluster makes', async () => {
    const known = knownOf({
      deployment: {
        resources: [
          { type: 'azure-native:containerservice:ManagedCluster', id: '/subscriptions/1/cluster' },
          { type: 'azure-native:resources:ResourceGroup', id: '/subscriptions/1/resourcegroups/p-aws-shop' },
          { type: 'azure-native:redisenterprise:RedisEnterprise', id: '/subscriptions/1/A' },
        ],
      },
    });
    assert.deepEqual((await left(azure, answers, known)).ids, ['kv1']);
  });
});
