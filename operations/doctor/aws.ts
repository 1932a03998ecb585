import type { PlatformConfig } from '../../components/config/load.ts';
import type { Ask } from '../cloud-cli.ts';
import { FixableError } from '../fixable.ts';
import {
  type ClusterVersions,
  type Instances,
  type InstanceTypes,
  judgeConcurrency,
  judgeKubernetes,
  judgeMail,
  judgeQuota,
  judgeRegion,
  type MailAccount,
  othersAmong,
  type QuotaNeed,
  type Regions,
  type ServiceQuota,
  type Tag,
  vcpusInUse,
  vcpusOf,
  vcpusWanted,
} from './aws-judgements.ts';
import { type Check, failed, needed, ok } from './check.ts';
import type { CloudChecks, Subject } from './subject.ts';

/** Whose invocations count against the account's concurrency: each may cause as many as the setting says. */
export const consumers = 7;

/** What `pulumi up` on AWS needs of the account. */
export const aws: CloudChecks = {
  tools: () => [],
  credentials: (ask) => ({
    title: 'AWS credentials',
    run: () =>
      needed(async () => {
        const { Account, Arn } = (await ask('sts', 'get-caller-identity')) as {
          Account: string;
          Arn: string;
        };
        return ok(`account ${Account}, ${Arn}`);
      }),
  }),
  account: (ask, subject) => {
    const { region } = subject.config;
    const here: Ask = (...args) => ask(...args, '--region', region);
    return [
      {
        title: 'Region',
        // The list comes from a region that every account has.
        run: async () =>
          judgeRegion(
            (await ask('ec2', 'describe-regions', '--all-regions', '--region', 'us-east-1')) as Regions,
            region,
          ),
      },
      { title: 'vCPUs for the nodes', run: () => lookAtVcpus(here, subject) },
      {
        title: 'VPCs',
        run: async () => {
          const { Vpcs } = (await here('ec2', 'describe-vpcs')) as { Vpcs: readonly { Tags?: Tag[] }[] };
          return lookAtQuota(here, {
            service: 'vpc',
            code: 'L-F678F1CE',
            region,
            used: othersAmong(Vpcs, subject.cost),
            wanted: 1,
          });
        },
      },
      ...addresses(here, subject),
      {
        title: 'Lambda concurrency',
        run: async () =>
          judgeConcurrency(
            await quotaOf(here, 'lambda', 'L-B99A9384'),
            consumers * subject.config.consumerConcurrency,
            region,
          ),
      },
      {
        title: 'Kubernetes version',
        run: async () =>
          judgeKubernetes(
            (await here('eks', 'describe-cluster-versions')) as ClusterVersions,
            subject.config.kubernetesVersion,
            subject.today,
          ),
      },
      ...mail(here, subject.config),
    ];
  },
};

const quotaOf = async (ask: Ask, service: string, code: string) =>
  (await ask(
    'service-quotas',
    'get-service-quota',
    '--service-code',
    service,
    '--quota-code',
    code,
  )) as ServiceQuota;

const lookAtQuota = async (ask: Ask, need: QuotaNeed) =>
  judgeQuota(await quotaOf(ask, need.service, need.code), need);

/** All standard families share one quota, bought on demand or on the spot market (EC2 user guide, instance quotas). */
async function lookAtVcpus(ask: Ask, { config, cost }: Subject) {
  const { nodeSize, nodeSpot, region } = config;
  const [types, instances] = await Promise.all([
    typesOf(ask, nodeSize),
    ask('ec2', 'describe-instances', '--filters', 'Name=instance-state-name,Values=pending,running'),
  ]);
  const perNode = vcpusOf(types, nodeSize);
  if (perNode === undefined)
    return failed(`${region} has no machines ${nodeSize}`, 'pulumi config set nodeSize t3.medium');
  return lookAtQuota(ask, {
    service: 'ec2',
    code: nodeSpot ? 'L-34B43A08' : 'L-1216C47A',
    region,
    used: vcpusInUse(instances as Instances, { spot: nodeSpot, cost }),
    ...vcpusWanted(perNode, config),
  });
}

/** None where the region does not have it: the CLI refuses the name. */
async function typesOf(ask: Ask, size: string): Promise<InstanceTypes> {
  try {
    return (await ask('ec2', 'describe-instance-types', '--instance-types', size)) as InstanceTypes;
  } catch (error) {
    if (error instanceof FixableError && error.message.includes('InvalidInstanceType'))
      return { InstanceTypes: [] };
    throw error;
  }
}

function addresses(ask: Ask, { config, cost }: Subject): Check[] {
  if (config.nat === 'none') return [];
  return [
    {
      title: 'Elastic addresses for NAT',
      run: async () => {
        const { Addresses } = (await ask('ec2', 'describe-addresses')) as {
          Addresses: readonly { Tags?: Tag[] }[];
        };
        return lookAtQuota(ask, {
          service: 'ec2',
          code: 'L-0263D0A3',
          region: config.region,
          used: othersAmong(Addresses, cost),
          wanted: config.nat === 'single' ? 1 : config.zones,
        });
      },
    },
  ];
}

function mail(ask: Ask, { mailer, region }: PlatformConfig): Check[] {
  if (mailer !== 'ses') return [];
  return [
    {
      title: 'Mail',
      run: async () => judgeMail((await ask('sesv2', 'get-account')) as MailAccount, region),
    },
  ];
}
