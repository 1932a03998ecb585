/** What the answers of the AWS CLI mean. Their shapes are those of the services' models, as botocore 1.43.11 has them. */
import type { PlatformConfig } from '../../components/config/load.ts';
import { type Finding, failed, ok, warning } from './check.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}
/** Of `aws ec2 describe-regions --all-regions`. */
export interface Regions {
  readonly Regions: readonly { readonly RegionName: string; readonly OptInStatus: string }[];
}
/** Of `aws service-quotas get-service-quota`. */
export interface ServiceQuota {
  readonly Quota: { readonly QuotaName: string; readonly Value: number };
}
/** Of `aws ec2 describe-instance-types`. */
export interface InstanceTypes {
  readonly InstanceTypes: readonly {
    readonly InstanceType: string;
    readonly VCpuInfo: { readonly DefaultVCpus: number };
  }[];
}
/** Of `aws ec2 describe-instances`. */
export interface Instances {
  readonly Reservations: readonly {
    readonly Instances: readonly {
      readonly InstanceLifecycle?: string;
      readonly CpuOptions: { readonly CoreCount: number; readonly ThreadsPerCore: number };
      readonly Tags?: readonly Tag[];
    }[];
  }[];
}
/** Of `aws eks describe-cluster-versions`. */
export interface ClusterVersions {
  readonly clusterVersions: readonly {
    readonly clusterVersion: string;
    readonly versionStatus: string;
    readonly endOfStandardSupportDate?: string;
  }[];
}
/** Of `aws sesv2 get-account`. */
export interface MailAccount {
  readonly ProductionAccessEnabled: boolean;
  readonly SendingEnabled: boolean;
}

type Sized = Pick<PlatformConfig, 'nodeSize' | 'nodeCount' | 'nodeCountMax'>;

/** `wanted` more than there are must fit under the quota. */
export interface QuotaNeed {
  readonly service: string;
  /** Codes are the same in every region (Service Quotas console; `aws service-quotas list-service-quotas`). */
  readonly code: string;
  readonly region: string;
  readonly used: number;
  readonly wanted: number;
  /** What the stack may grow to. */
  readonly later?: number;
}

export function judgeRegion({ Regions }: Regions, region: string): Finding {
  const found = Regions.find(({ RegionName }) => RegionName === region);
  if (!found) return failed(`AWS has no region ${region}`, 'pulumi config set region eu-west-1');
  return found.OptInStatus === 'not-opted-in'
    ? failed(`${region} is not enabled in this account`, `aws account enable-region --region-name ${region}`)
    : ok(region);
}

export function judgeQuota({ Quota }: ServiceQuota, need: QuotaNeed): Finding {
  const { QuotaName: name, Value: limit } = Quota;
  const { used, wanted, later = wanted, service, code, region } = need;
  const raise = (to: number) =>
    `aws service-quotas request-service-quota-increase --region ${region} --service-code ${service} --quota-code ${code} --desired-value ${to}`;
  const said = `${name}: ${limit}, in use ${used}, wanted ${wanted}`;
  if (used + wanted > limit) return failed(said, raise(used + later));
  if (used + later > limit) return warning(`${said}, and ${later} when it grows`, raise(used + later));
  return ok(said);
}

export function vcpusOf({ InstanceTypes }: InstanceTypes, size: string): number | undefined {
  return InstanceTypes.find(({ InstanceType }) => InstanceType === size)?.VCpuInfo.DefaultVCpus;
}

/** vCPUs of other instances of the same purchase: those of the stack itself are counted as wanted. */
export function vcpusInUse(
  { Reservations }: Instances,
  { spot, cost }: { readonly spot: boolean; readonly cost: string },
): number {
  return Reservations.flatMap(({ Instances }) => Instances)
    .filter(({ InstanceLifecycle }) => (InstanceLifecycle === 'spot') === spot)
    .filter((instance) => !isOf(instance, cost))
    .reduce((sum, { CpuOptions }) => sum + CpuOptions.CoreCount * CpuOptions.ThreadsPerCore, 0);
}

/** Things that are not the stack's. */
export const othersAmong = (things: readonly { readonly Tags?: readonly Tag[] }[], cost: string) =>
  things.filter((thing) => !isOf(thing, cost)).length;

const isOf = ({ Tags = [] }: { readonly Tags?: readonly Tag[] }, cost: string) =>
  Tags.some(({ Key, Value }) => Key === 'cost' && Value === cost);

export const vcpusWanted = (perNode: number, { nodeCount, nodeCountMax }: Sized) => ({
  wanted: perNode * nodeCount,
  later: perNode * nodeCountMax,
});

/** @param today an ISO date */
export function judgeKubernetes(
  { clusterVersions }: ClusterVersions,
  version: string,
  today: string,
): Finding {
  const supported = clusterVersions
    .filter(({ versionStatus }) => versionStatus === 'STANDARD_SUPPORT')
    .map(({ clusterVersion }) => clusterVersion);
  const newest = supported.toSorted(byMinor).at(-1);
  const fix = `pulumi config set kubernetesVersion ${newest ?? '1.35'}`;
  const found = clusterVersions.find(({ clusterVersion }) => clusterVersion === version);
  if (!found) return failed(`EKS has no ${version}; in standard support are ${supported.join(', ')}`, fix);
  if (found.versionStatus !== 'STANDARD_SUPPORT')
    return failed(`${version} is out of standard support, and the cluster refuses it`, fix);
  const end = found.endOfStandardSupportDate?.slice(0, 10);
  if (end !== undefined && daysBetween(today, end) < 60)
    return warning(`${version} leaves standard support on ${end}`, fix);
  return ok(end === undefined ? version : `${version}, in standard support until ${end}`);
}

const byMinor = (one: string, other: string) => minorOf(one) - minorOf(other);
const minorOf = (version: string) => Number(version.split('.')[1]);
const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** @param leastConcurrency that all consumers together may cause */
export function judgeConcurrency(quota: ServiceQuota, leastConcurrency: number, region: string): Finding {
  const { Value: limit } = quota.Quota;
  if (limit >= leastConcurrency) return ok(`${limit} at once`);
  return warning(
    `${limit} at once, and the consumers together may want ${leastConcurrency}: some wait, and alarms of throttles go off`,
    `aws service-quotas request-service-quota-increase --region ${region} --service-code lambda --quota-code L-B99A9384 --desired-value 1000`,
  );
}

export function judgeMail({ ProductionAccessEnabled, SendingEnabled }: MailAccount, region: string): Finding {
  if (!SendingEnabled) return failed('SES does not send for this account', 'pulumi config set mailer inbox');
  return ProductionAccessEnabled
    ? ok('SES sends to everybody')
    : warning(
        'SES is in its sandbox: it sends to confirmed addresses only, 200 a day',
        `aws sesv2 put-account-details --region ${region} --production-access-enabled --mail-type TRANSACTIONAL --website-url https://…`,
      );
}
