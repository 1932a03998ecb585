/**
 * What answers of the AWS CLI mean to the doctor. The answers are constructed in the shapes of the services' models; that
 * AWS fills them so is not proven here.
 */
import assert from 'node:assert/strict';
import {
  type ClusterVersions,
  type Instances,
  judgeConcurrency,
  judgeKubernetes,
  judgeMail,
  judgeQuota,
  judgeRegion,
  othersAmong,
  type QuotaNeed,
  vcpusInUse,
  vcpusOf,
} from '../../../operations/doctor/aws-judgements.ts';

const region = 'eu-west-1';

describe('the doctor on AWS', () => {
  it('knows whether a region is enabled', () => {
    const regions = {
      Regions: [
        { RegionName: 'eu-west-1', OptInStatus: 'opt-in-not-required' },
        { RegionName: 'ap-east-1', OptInStatus: 'not-opted-in' },
        { RegionName: 'eu-south-1', OptInStatus: 'opted-in' },
      ],
    };
    assert.equal(judgeRegion(regions, 'eu-west-1').status, 'ok');
    assert.equal(judgeRegion(regions, 'eu-south-1').status, 'ok');
    assert.deepEqual(judgeRegion(regions, 'ap-east-1'), {
      status: 'failed',
      what: 'ap-east-1 is not enabled in this account',
      fix: 'aws account enable-region --region-name ap-east-1',
    });
    assert.equal(judgeRegion(regions, 'moon-1').status, 'failed');
  });

  const quota = (Value: number) => ({ Quota: { QuotaName: 'All Standard Spot Instance Requests', Value } });
  const nodes: QuotaNeed = { service: 'ec2', code: 'L-34B43A08', region, used: 0, wanted: 6, later: 10 };

  it('fails on a quota that is too small, and asks for what the stack may grow to', () => {
    assert.deepEqual(judgeQuota(quota(5), nodes), {
      status: 'failed',
      what: 'All Standard Spot Instance Requests: 5, in use 0, wanted 6',
      fix: 'aws service-quotas request-service-quota-increase --region eu-west-1 --service-code ec2 --quota-code L-34B43A08 --desired-value 10',
    });
    assert.equal(judgeQuota(quota(7), { ...nodes, used: 2 }).status, 'failed');
  });

  it('warns of a quota that is enough to begin with', () => {
    const finding = judgeQuota(quota(6), nodes);
    assert.equal(finding.status, 'warning');
    assert.match(finding.what, /and 10 when it grows$/);
    assert.equal(judgeQuota(quota(10), nodes).status, 'ok');
    assert.equal(judgeQuota(quota(6), { ...nodes, later: 6 }).status, 'ok');
  });

  it('counts vCPUs of the same market, and those of the stack itself as wanted', () => {
    const cpu = { CoreCount: 1, ThreadsPerCore: 2 };
    const instances: Instances = {
      Reservations: [
        { Instances: [{ CpuOptions: cpu }, { CpuOptions: cpu, InstanceLifecycle: 'spot' }] },
        {
          Instances: [
            { CpuOptions: { CoreCount: 4, ThreadsPerCore: 2 }, Tags: [{ Key: 'Name', Value: 'other' }] },
            { CpuOptions: cpu, InstanceLifecycle: 'spot', Tags: [{ Key: 'cost', Value: 'p/aws' }] },
          ],
        },
      ],
    };
    assert.equal(vcpusInUse(instances, { spot: true, cost: 'p/aws' }), 2);
    assert.equal(vcpusInUse(instances, { spot: false, cost: 'p/aws' }), 10);
    assert.equal(othersAmong([{ Tags: [{ Key: 'cost', Value: 'p/aws' }] }, {}], 'p/aws'), 1);
    const types = { InstanceTypes: [{ InstanceType: 't3.medium', VCpuInfo: { DefaultVCpus: 2 } }] };
    assert.equal(vcpusOf(types, 't3.medium'), 2);
    assert.equal(vcpusOf(types, 't9.medium'), undefined);
  });

  const versions: ClusterVersions = {
    clusterVersions: [
      {
        clusterVersion: '1.36',
        versionStatus: 'STANDARD_SUPPORT',
        endOfStandardSupportDate: '2027-08-02T00:00:00+00:00',
      },
      {
        clusterVersion: '1.35',
        versionStatus: 'STANDARD_SUPPORT',
        endOfStandardSupportDate: '2027-03-27T00:00:00+00:00',
      },
      {
        clusterVersion: '1.34',
        versionStatus: 'STANDARD_SUPPORT',
        endOfStandardSupportDate: '2026-12-02T00:00:00+00:00',
      },
      {
        clusterVersion: '1.33',
        versionStatus: 'EXTENDED_SUPPORT',
        endOfStandardSupportDate: '2026-07-29T00:00:00+00:00',
      },
    ],
  };

  it('refuses a Kubernetes out of standard support, and warns when its end is near', () => {
    const judge = (version: string) => judgeKubernetes(versions, version, '2026-11-24');
    assert.equal(judge('1.35').status, 'ok');
    assert.deepEqual(judge('1.34'), {
      status: 'warning',
      what: '1.34 leaves standard support on 2026-12-02',
      fix: 'pulumi config set kubernetesVersion 1.36',
    });
    assert.equal(judge('1.33').status, 'failed');
    const unknown = judge('1.37');
    assert.equal(unknown.status, 'failed');
    assert.match(unknown.what, /1\.36, 1\.35, 1\.34$/);
  });

  it('warns of the ten invocations that a new account has', () => {
    assert.equal(judgeConcurrency(quota(10), 35, region).status, 'warning');
    assert.equal(judgeConcurrency(quota(1000), 35, region).status, 'ok');
  });

  it('warns of the sandbox of SES, and fails where it does not send', () => {
    const account = { ProductionAccessEnabled: false, SendingEnabled: true };
    assert.equal(judgeMail(account, region).status, 'warning');
    assert.equal(judgeMail({ ...account, ProductionAccessEnabled: true }, region).status, 'ok');
    assert.equal(judgeMail({ ...account, SendingEnabled: false }, region).status, 'failed');
  });
});
