/** What the programs answer when all is well. */
import type { Answers } from './stubs.ts';

export const machine: Readonly<Record<string, Answers>> = {
  node: { '--version': 'v24.21.0' },
  docker: { 'version --format': '28.2.2', 'buildx version': 'github.com/docker/buildx v0.24.0 d0e5e86' },
};

export const pulumiWith = (config: Readonly<Record<string, string>>): Answers => ({
  version: 'v3.259.0',
  'stack export': { version: 3, deployment: {} },
  'whoami --json': { user: 'me', url: 'file://~' },
  'config --json': Object.fromEntries(
    Object.entries(config).map(([key, value]) => [`ecommerce-platform:${key}`, { value, secret: false }]),
  ),
});

export const pulumiOnAws = pulumiWith({ cloud: 'aws', region: 'eu-west-1', profile: 'learn' });

const quota = (QuotaName: string, Value: number) => ({ Quota: { QuotaName, Value } });

export const aws: Answers = {
  '--version': 'aws-cli/2.31.0 Python/3.13.7 Linux/6.8.0 exe/x86_64.ubuntu.24',
  'sts get-caller-identity': {
    UserId: 'AROAEXAMPLE:me',
    Account: '123456789012',
    Arn: 'arn:aws:sts::123456789012:assumed-role/deploy/me',
  },
  'ec2 describe-regions': { Regions: [{ RegionName: 'eu-west-1', OptInStatus: 'opt-in-not-required' }] },
  'ec2 describe-instance-types': {
    InstanceTypes: [{ InstanceType: 't3.medium', VCpuInfo: { DefaultVCpus: 2 } }],
  },
  'ec2 describe-instances': { Reservations: [] },
  'ec2 describe-vpcs': { Vpcs: [{ VpcId: 'vpc-1', IsDefault: true }] },
  'service-quotas get-service-quota --service-code ec2 --quota-code L-34B43A08': quota(
    'All Standard Spot',
    32,
  ),
  'service-quotas get-service-quota --service-code vpc --quota-code L-F678F1CE': quota('VPCs per Region', 5),
  'service-quotas get-service-quota --service-code lambda --quota-code L-B99A9384': quota('Concurrent', 1000),
  'eks describe-cluster-versions': {
    clusterVersions: [{ clusterVersion: '1.35', versionStatus: 'STANDARD_SUPPORT' }],
  },
  'resourcegroupstaggingapi get-resources': { ResourceTagMappingList: [] },
  'logs describe-log-groups': { logGroups: [] },
  'ec2 describe-network-interfaces': { NetworkInterfaces: [] },
  'secretsmanager list-secrets': { SecretList: [] },
};

export const pulumiOnAzure = pulumiWith({ cloud: 'azure', region: 'westeurope', profile: 'learn' });
