/**
 * What answers of the Azure CLI mean to the doctor. The answers are constructed in the shapes that its reference
 * documents; that Azure fills them so is not proven here.
 */
import assert from 'node:assert/strict';
import { deletedOf } from '../../../operations/azure-deleted.ts';
import { azure } from '../../../operations/doctor/azure.ts';
import {
  judgeCores,
  judgeDeleted,
  judgeFlexNode,
  judgeFlexRegion,
  judgeKubernetes,
  judgeProviders,
  judgeRegion,
  judgeSize,
  judgeSubscription,
  type MachineSizes,
  providersNeeded,
  type Usages,
} from '../../../operations/doctor/azure-judgements.ts';
import { lookAt } from '../../../operations/doctor/check.ts';
import { platformConfigOf } from '../../../operations/stack.ts';

const size = 'Standard_B2s';
const sizes: MachineSizes = [
  { name: size, family: 'standardBSFamily', capabilities: [{ name: 'vCPUs', value: '2' }], restrictions: [] },
];
const usage = (value: string, limit: string, currentValue = '0') => ({
  currentValue,
  limit,
  name: { value, localizedValue: value },
});
const nodes = { count: 3, most: 5, surge: 1 };

describe('the doctor on Azure', () => {
  it('wants a subscription that is enabled', () => {
    const subscription = { id: '1', name: 'mine', state: 'Enabled', user: { name: 'me' } };
    assert.equal(judgeSubscription(subscription).status, 'ok');
    assert.equal(judgeSubscription({ ...subscription, state: 'Disabled' }).status, 'failed');
  });

  it('names the providers that are not registered, and registers them', () => {
    const all = providersNeeded.map((namespace) => ({ namespace, registrationState: 'Registered' }));
    assert.equal(judgeProviders(all).status, 'ok');
    const some = all.map((one) =>
      one.namespace === 'Microsoft.App'
        ? { namespace: 'microsoft.app', registrationState: 'NotRegistered' }
        : one,
    );
    assert.deepEqual(judgeProviders(some), {
      status: 'failed',
      what: 'not registered: Microsoft.App',
      fix: 'az provider register --namespace Microsoft.App --wait',
    });
  });

  it('knows the regions of a subscription, and those of Flex Consumption', () => {
    assert.equal(judgeRegion([{ name: 'westeurope' }], 'westeurope').status, 'ok');
    assert.equal(judgeRegion([{ name: 'westeurope' }], 'moon').status, 'failed');
    assert.equal(judgeFlexRegion([{ name: 'West Europe' }], 'westeurope').status, 'ok');
    assert.equal(judgeFlexRegion([{ name: 'eastus' }], 'westeurope').status, 'failed');
    assert.equal(judgeFlexNode([{ version: '22' }, { version: '24' }], '24').status, 'ok');
    assert.equal(judgeFlexNode([{ version: '22' }], '24').status, 'failed');
  });

  it('counts the node that an upgrade adds', () => {
    const judge = (...usages: Usages) => judgeCores(sizes, usages, size, nodes).status;
    assert.equal(judge(usage('cores', '20'), usage('standardBSFamily', '20')), 'ok');
    assert.equal(judge(usage('cores', '20'), usage('standardBSFamily', '8')), 'warning');
    assert.equal(judge(usage('cores', '20'), usage('standardBSFamily', '7')), 'failed');
    assert.equal(judge(usage('cores', '10', '4'), usage('standardBSFamily', '20')), 'failed');
    assert.equal(judge(usage('standardDSv5Family', '0')), 'warning');
  });

  it('says when the machines are refused to this subscription', () => {
    const refused = sizes.map((one) => ({
      ...one,
      restrictions: [{ type: 'Location', reasonCode: 'NotAvailableForSubscription' }],
    }));
    assert.deepEqual(judgeCores(refused, [usage('cores', '100')], size, nodes), {
      status: 'failed',
      what: 'Standard_B2s is refused here: NotAvailableForSubscription',
      fix: 'pulumi config set nodeSize Standard_D2as_v5',
    });
    assert.equal(judgeCores([], [], size, nodes).status, 'failed');
    assert.equal(judgeSize(size).status, 'warning');
    assert.equal(judgeSize('Standard_D2as_v5').status, 'ok');
  });

  it('takes versions in AKS’s own support, no preview and no long-term one', () => {
    const versions = {
      values: [
        { version: '1.34', capabilities: { supportPlan: ['KubernetesOfficial', 'AKSLongTermSupport'] } },
        { version: '1.35', isPreview: null, capabilities: { supportPlan: ['KubernetesOfficial'] } },
        { version: '1.36', isPreview: true, capabilities: { supportPlan: ['KubernetesOfficial'] } },
        { version: '1.30', capabilities: { supportPlan: ['AKSLongTermSupport'] } },
      ],
    };
    assert.equal(judgeKubernetes(versions, '1.35').status, 'ok');
    assert.equal(judgeKubernetes(versions, '1.36').status, 'failed');
    const old = judgeKubernetes(versions, '1.30');
    assert.deepEqual(old, {
      status: 'failed',
      what: 'AKS has no 1.30 in its own support here; there are 1.34, 1.35',
      fix: 'pulumi config set kubernetesVersion 1.35',
    });
  });

  it('finds deleted vaults and gateways of the stack’s names', () => {
    const vault = (name: string, cost?: string) => ({
      name,
      properties: {
        tags: cost === undefined ? null : { cost },
        scheduledPurgeDate: '2026-12-01T00:00:00+00:00',
      },
    });
    const judge = (vaults: ReturnType<typeof vault>[], gateways: { name: string; location: string }[]) =>
      judgeDeleted(deletedOf(vaults, gateways, { prefix: 'ecommerce-azure-', cost: 'p/azure' }));
    assert.equal(judge([vault('other')], [{ name: 'other', location: 'westeurope' }]).status, 'ok');
    assert.deepEqual(
      judge([vault('kv1', 'p/azure')], [{ name: 'ecommerce-azure-api', location: 'westeurope' }]),
      {
        status: 'warning',
        what: 'deleted and kept for a while: kv1, ecommerce-azure-api',
        fix: 'az keyvault purge --name kv1 && az apim deletedservice purge --service-name ecommerce-azure-api --location westeurope',
      },
    );
  });

  it('asks the CLI for all of it, in the region', async () => {
    const asked: string[] = [];
    const answers: Readonly<Record<string, unknown>> = {
      'account list-locations': [{ name: 'westeurope' }],
      'provider list': [],
      'vm list-skus': sizes,
      'vm list-usage': [usage('cores', '20')],
      'aks get-versions': {
        values: [{ version: '1.35', capabilities: { supportPlan: ['KubernetesOfficial'] } }],
      },
      'functionapp list-flexconsumption-locations': [{ name: 'westeurope' }],
      'functionapp list-flexconsumption-runtimes': [{ version: '24' }],
      'keyvault list-deleted': [],
      'apim deletedservice': [],
    };
    const ask = async (...args: readonly string[]) => {
      asked.push(args.join(' '));
      return answers[args.slice(0, 2).join(' ')];
    };
    const config = platformConfigOf('azure', {
      values: { cloud: 'azure', region: 'westeurope', nodeSize: size },
    });
    const subject = { stack: 'azure', config, cost: 'p/azure', prefix: 'p-azure-', today: '2026-11-24' };
    const looked = await lookAt(azure.account(ask, subject));
    assert.deepEqual(
      looked.map(({ title, finding }) => `${title}: ${finding.status}`),
      [
        'Region: ok',
        'Resource providers: failed',
        'Cores for the nodes: ok',
        'Node size: warning',
        'Kubernetes version: ok',
        'Functions in the region: ok',
        'Functions’ runtime: ok',
        'Deleted names: ok',
      ],
    );
    assert.ok(
      asked.includes(
        'vm list-skus --size Standard_B2s --resource-type virtualMachines --all --location westeurope',
      ),
    );
  });
});
