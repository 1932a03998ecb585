/**
 * What a stack may say: every setting is checked, all problems come together, and the documentation is what is checked. It
 * proves nothing of what is made of the values.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationPage } from '../../../components/config/documentation.ts';
import { type ConfigReader, loadConfig } from '../../../components/config/load.ts';
import { PlatformConfigError } from '../../../components/config/problem.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const least = { cloud: 'aws', region: 'eu-west-1' };
const onAzure = { cloud: 'azure', region: 'northeurope' };

function reader(values: Record<string, string>, secrets: Record<string, string> = {}): ConfigReader<string> {
  return {
    project: 'ecommerce-platform',
    stack: 'aws',
    keys: () => [...Object.keys(values), ...Object.keys(secrets)],
    get: (key) => values[key],
    getSecret: (key) => secrets[key],
  };
}

function problemsOf(values: Record<string, string>, secrets?: Record<string, string>) {
  try {
    loadConfig(reader(values, secrets));
  } catch (error) {
    assert.ok(error instanceof PlatformConfigError);
    return error.problems;
  }
  return [];
}

describe('the configuration of a stack', () => {
  it('needs a cloud and a region, and knows the rest', () => {
    const config = loadConfig(reader(least));
    assert.equal(config.profile, 'learn');
    assert.equal(config.nodeSize, 't3.medium');
    assert.deepEqual([config.nodeCount, config.nodeCountMin, config.nodeCountMax], [3, 2, 5]);
    assert.equal(config.deletionProtection, false);
    assert.equal(config.nat, 'none');
    assert.deepEqual(config.secrets, {});
  });

  it('protects in production', () => {
    const config = loadConfig(reader({ ...least, profile: 'production', clusterAccess: '203.0.113.0/24' }));
    assert.equal(config.deletionProtection, true);
    assert.equal(config.nat, 'perZone');
    assert.equal(config.zones, 3);
    assert.equal(config.waf, true);
    assert.deepEqual(config.clusterAccess, ['203.0.113.0/24']);
  });

  it('knows what is otherwise on another cloud', () => {
    const config = loadConfig(reader(onAzure));
    assert.deepEqual(
      [config.nodeSize, config.databaseSize, config.nodeSpot, config.functionTraces, config.backupDays],
      ['Standard_B2s', 'Standard_B1ms', false, false, 7],
    );
    const wrong = { region: 'eu-west-1', nat: 'perZone', nodeSpot: 'true', mailer: 'ses', backupDays: '1' };
    assert.deepEqual(
      problemsOf({ ...onAzure, ...wrong }).map(({ key }) => key.replace(/^.*:/, '')),
      ['region', 'nat', 'nodeSpot', 'backupDays', 'mailer'],
    );
    const admin = '01234567-89ab-cdef-0123-456789abcdef';
    assert.deepEqual(problemsOf({ ...onAzure, clusterAdmins: admin, mailer: 'communication' }), []);
    assert.deepEqual(
      problemsOf({ ...least, clusterAdmins: admin, mailer: 'communication' }).map(({ fix }) => fix),
      [
        'pulumi config set clusterAdmins arn:aws:iam::123456789012:role/deploy --stack aws',
        'pulumi config set mailer inbox --stack aws',
      ],
    );
  });

  it('reports all problems together, each with the command that puts it right', () => {
    const problems = problemsOf({ cloud: 'aws', profile: 'prod', nodeCount: 'many', nodesize: 't3.large' });
    assert.deepEqual(problems, [
      {
        key: 'ecommerce-platform:nodesize',
        value: 't3.large',
        allowed: problems[0]?.allowed,
        fix: 'pulumi config rm nodesize --stack aws',
      },
      {
        key: 'ecommerce-platform:region',
        value: undefined,
        allowed: 'a region such as eu-west-1',
        fix: 'pulumi config set region eu-west-1 --stack aws',
      },
      {
        key: 'ecommerce-platform:profile',
        value: 'prod',
        allowed: 'learn, production',
        fix: 'pulumi config set profile learn --stack aws',
      },
      {
        key: 'ecommerce-platform:nodeCount',
        value: 'many',
        allowed: 'a whole number from 1 to 100',
        fix: 'pulumi config set nodeCount 3 --stack aws',
      },
    ]);
    assert.match(problems[0]?.allowed ?? '', /^no such setting; there are cloud, region, /);
  });

  it('says in its message what is wrong and what to type', () => {
    const error = new PlatformConfigError([
      { key: 'shop:zones', value: '9', allowed: '2 or 3', fix: 'pulumi config set zones 2' },
    ]);
    assert.match(error.message, /shop:zones: is "9"; allowed: 2 or 3\n {4}pulumi config set zones 2/);
  });

  const together: [string, Record<string, string>, string[]][] = [
    ['counts in order', { nodeCount: '1' }, ['nodeCountMin']],
    ['a most above the least', { nodeCount: '9', replicas: '9' }, ['nodeCountMax', 'replicasMax']],
    ['who reaches the cluster in production', { profile: 'production' }, ['clusterAccess']],
    ['a sender for mail', { mailer: 'ses' }, ['mailFrom']],
    ['a number of one’s own where the cloud asks', { ...onAzure, smsSender: 'communication' }, ['smsFrom']],
    ['an address for a budget that is asked for', { budgetUsd: '5' }, ['alarmEmail']],
    ['the secrets of Stripe', { paymentProvider: 'stripe' }, ['stripeSecretKey', 'stripeWebhookSecret']],
  ];
  for (const [what, values, keys] of together)
    it(`wants ${what}`, () => {
      const found = problemsOf({ ...least, ...values }).map(({ key }) => key.replace(/^.*:/, ''));
      assert.deepEqual(found, keys);
    });

  it('takes Stripe with its secrets, and tells no secret in a problem', () => {
    const secrets = { stripeSecretKey: 'sk_live_x', stripeWebhookSecret: 'whsec_x' };
    const config = loadConfig(reader({ ...least, paymentProvider: 'stripe' }, secrets));
    assert.deepEqual(config.secrets, secrets);
    assert.ok(!JSON.stringify(problemsOf({ ...least, zones: '7' }, secrets)).includes('sk_live_x'));
  });

  it('reads lists', () => {
    const config = loadConfig(reader({ ...least, corsOrigins: 'https://a.example, https://b.example' }));
    assert.deepEqual(config.corsOrigins, ['https://a.example', 'https://b.example']);
    assert.equal(problemsOf({ ...least, corsOrigins: 'a.example' }).length, 1);
  });

  for (const cloud of ['aws', 'azure'])
    it(`is in the repository for ${cloud} without anybody’s key: each makes a stack of their own`, () => {
      const text = readFileSync(join(root, `Pulumi.${cloud}.yaml`), 'utf8');
      assert.doesNotMatch(text, /encryptionsalt|encryptedkey|secure:/);
      const values = [...text.matchAll(/ecommerce-platform:(\w+): (\S+)/g)].map(
        ([, key = '', value = '']) => [key, value],
      );
      assert.deepEqual(problemsOf(Object.fromEntries(values)), []);
      assert.equal(new Map(values as [string, string][]).get('cloud'), cloud);
    });

  it('is documented as it is', () => {
    const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
    assert.equal(page, configurationPage('ecommerce-platform'), 'run npm run docs:configuration');
  });
});
