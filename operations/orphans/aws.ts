import type { Ask } from '../cloud-cli.ts';
import type { Known } from '../state.ts';
import { removeCommand } from './aws-remove.ts';
import type { Look, Orphan } from './orphan.ts';

interface Tagged {
  readonly ResourceTagMappingList: readonly { readonly ResourceARN: string }[];
}
interface LogGroups {
  readonly logGroups: readonly { readonly logGroupName: string; readonly arn: string }[];
}
interface Interfaces {
  readonly NetworkInterfaces: readonly { readonly NetworkInterfaceId: string; readonly Status: string }[];
}
interface Secrets {
  readonly SecretList: readonly {
    readonly ARN: string;
    readonly DeletedDate?: string;
    readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  }[];
}

/** CloudFront's firewall and the billing's budgets are told there, wherever the stack is. */
const globalRegion = 'us-east-1';

const functions = ['inventory', 'notification', 'order', 'payment'];
const insights = ['application', 'dataplane', 'host', 'performance'];

/**
 * All that services write to, each of which makes its group anew, without tags, when it is gone. Whole names: those of
 * another stack may begin as these do.
 */
export const logGroupNames = (prefix: string): readonly string[] => [
  ...functions.map((name) => `/aws/lambda/${prefix}${name}`),
  ...insights.map((kind) => `/aws/containerinsights/${prefix}cluster/${kind}`),
  `/aws/eks/${prefix}cluster/cluster`,
  `/aws/rds/instance/${prefix}database/postgresql`,
  `/${prefix}gateway`,
  `/${prefix}metrics`,
];

/** What they have in common at their beginning: so many are asked for at once. */
const logGroupBeginnings = (prefix: string): readonly string[] => [
  `/aws/lambda/${prefix}`,
  `/aws/containerinsights/${prefix}cluster/`,
  `/aws/eks/${prefix}cluster/`,
  `/aws/rds/instance/${prefix}database/`,
  `/${prefix}`,
];

export const aws: readonly Look[] = [
  {
    title: 'what carries the stack’s tag',
    run: async (ask, { cost, region }, known) => {
      const answers = await Promise.all(
        [...new Set([region, globalRegion])].map((where) => taggedIn(ask, cost, where)),
      );
      return answers
        .flat()
        .filter((arn) => !isOfKnown(arn, known))
        .map((arn) => ({ what: whatIs(arn), id: arn, remove: removeCommand(arn, region) }));
    },
  },
  {
    title: 'log groups',
    run: async (ask, { prefix, region }) => {
      const answers = await Promise.all(
        logGroupBeginnings(prefix).map(
          (begin) =>
            ask(
              'logs',
              'describe-log-groups',
              '--log-group-name-prefix',
              begin,
              '--region',
              region,
            ) as Promise<LogGroups>,
        ),
      );
      const ours = new Set(logGroupNames(prefix));
      return answers
        .flatMap(({ logGroups }) => logGroups)
        .filter(({ logGroupName }) => ours.has(logGroupName))
        .map(({ logGroupName, arn }) => {
          // With `:*` at its end, which the tagging API's has not.
          const id = arn.replace(/:\*$/, '');
          return { what: `log group ${logGroupName}`, id, remove: removeCommand(id, region) };
        });
    },
  },
  {
    title: 'network interfaces of the cluster',
    run: async (ask, { prefix, region }, known) => {
      if (known.types.has(nodeGroup)) return [];
      const { NetworkInterfaces } = (await ask(
        'ec2',
        'describe-network-interfaces',
        '--filters',
        `Name=tag:cluster.k8s.amazonaws.com/name,Values=${prefix}cluster`,
        '--region',
        region,
      )) as Interfaces;
      return NetworkInterfaces.map(
        ({ NetworkInterfaceId: id, Status }): Orphan => ({
          what: `network interface, ${Status}`,
          id,
          remove: `aws ec2 delete-network-interface --region ${region} --network-interface-id ${id}`,
        }),
      );
    },
  },
  {
    title: 'secrets to be deleted',
    run: async (ask, { cost, region }) => {
      const { SecretList } = (await ask(
        'secretsmanager',
        'list-secrets',
        '--include-planned-deletion',
        '--filters',
        `Key=tag-value,Values=${cost}`,
        '--region',
        region,
      )) as Secrets;
      // The filter takes what begins so, too.
      const ours = SecretList.filter(
        ({ DeletedDate, Tags = [] }) =>
          DeletedDate !== undefined && Tags.some(({ Key, Value }) => Key === 'cost' && Value === cost),
      );
      return ours.map(({ ARN }) => ({
        what: 'secret that can still be brought back',
        id: ARN,
        remove: removeCommand(ARN, region),
      }));
    },
  },
];

async function taggedIn(ask: Ask, cost: string, region: string): Promise<readonly string[]> {
  const { ResourceTagMappingList } = (await ask(
    'resourcegroupstaggingapi',
    'get-resources',
    '--tag-filters',
    `Key=cost,Values=${cost}`,
    '--region',
    region,
  )) as Tagged;
  return ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN);
}

const nodeGroup = 'aws:eks/nodeGroup:NodeGroup';

/** What a service makes for a thing of the state, with its tags, and takes away with it. */
const made: readonly (readonly [RegExp, string])[] = [
  [/:ec2:[^/]*:(instance|volume|network-interface)\//, nodeGroup],
  [/:rds:.*:snapshot:rds:/, 'aws:rds/instance:Instance'],
  [/:rds:.*:auto-backup:/, 'aws:rds/instance:Instance'],
];

const isOfKnown = (arn: string, { types }: Known) =>
  made.some(([pattern, owner]) => pattern.test(arn) && types.has(owner));

/** `arn:aws:dynamodb:eu-west-1:1:table/orders` is a dynamodb table. */
function whatIs(arn: string): string {
  const [, , service = '', , , ...rest] = arn.split(':');
  const [kind] = rest.join(':').split(/[/:]/);
  return rest.join(':') === kind ? service : `${service} ${kind}`;
}
