/**
 * What the simulated Azure refuses of functions on Flex Consumption, API Management, Service Bus and AKS. It does not
 * prove that Azure has these rules (docs/cloud-facts.md and the tables name the sources), nor the engine's part.
 */
import type { Values } from '../../stand-ins/pulumi/simulator/values.ts';
import { Azure, flexConfig, resourceGroupName, roleOf } from './support/azure-surroundings.ts';
import { itRefuses } from './support/refusals.ts';
import { World } from './support/world.ts';

let world: World;
let azure: Azure;
beforeEach(() => {
  world = new World('.');
  azure = new Azure(world);
});

const deploy = (extension = 'onedeploy') =>
  azure.make('resources:Deployment', 'deploy', {
    resourceGroupName,
    properties: {
      mode: 'Incremental',
      template: { resources: [{ type: 'Microsoft.Web/sites/extensions', name: `app/${extension}` }] },
    },
  });
const inPackages = (principalId: unknown) =>
  azure.assign('packages', {
    principalId,
    roleDefinitionId: roleOf('b7e6dc6d-f1e8-4753-8033-0f276bb0955b'),
    scope: world.cloud.only('azure-native:storage:StorageAccount').id,
  });
const rule = (type: string, more: Values = {}) =>
  azure.make(`servicebus:${type}`, 'mail', {
    resourceGroupName,
    namespaceName: 'shop-bus',
    topicName: 'events',
    subscriptionName: 'mail',
    ...more,
  });
const pod = (image: string) =>
  world.make('kubernetes:apps/v1:Deployment', 'web', {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'web', image }] } },
    },
  });
const registry = () =>
  azure.make('containerregistry:Registry', 'shop', {
    resourceGroupName,
    registryName: 'shopimages',
    sku: { name: 'Basic' },
  });

describe('functions on the simulated Azure', () => {
  it('are taken, and get their package, when everything is said and given', () => {
    azure.app('app', azure.plan());
    inPackages(
      (world.cloud.only('azure-native:web:WebApp').outputs.identity as { principalId: string }).principalId,
    );
    deploy();
  });

  itRefuses({
    'one app': () => {
      const plan = azure.plan();
      azure.app('one', plan);
      azure.app('two', plan);
    },
    'same host id': () => {
      const name = 'a'.repeat(32);
      azure.app(`${name}1`, azure.plan('one'));
      azure.app(`${name}2`, azure.plan('two'));
    },
    'on Linux': () => azure.plan('plan', { reserved: false }),
    'functionAppConfig.runtime': () =>
      azure.app('app', azure.plan(), { functionAppConfig: { ...flexConfig(), runtime: undefined } }),
    'functionAppConfig.deployment.storage': () =>
      azure.app('app', azure.plan(), { functionAppConfig: undefined }),
    'no such container': () => {
      azure.plan();
      const storage = { type: 'blobContainer', value: 'https://packages.blob.core.windows.net/gone' };
      azure.app('app', world.cloud.only('azure-native:web:AppServicePlan').id, {
        functionAppConfig: { ...flexConfig(), deployment: { storage } },
      });
    },
    'instanceMemoryMB is 512, 2048 or 4096': () =>
      azure.app('app', azure.plan(), { functionAppConfig: flexConfig({ instanceMemoryMB: 1024 }) }),
    'maximumInstanceCount is 40 at least': () =>
      azure.app('app', azure.plan(), { functionAppConfig: flexConfig({ maximumInstanceCount: 5 }) }),
    'not delegated to Microsoft.App/environments': () =>
      azure.app('app', azure.plan(), { virtualNetworkSubnetId: azure.subnet() }),
    'refuses the setting FUNCTIONS_WORKER_RUNTIME': () =>
      azure.app('app', azure.plan(), {
        siteConfig: { appSettings: [{ name: 'FUNCTIONS_WORKER_RUNTIME', value: 'node' }] },
      }),
    'a character that Linux does not take': () =>
      azure.app('app', azure.plan(), {
        siteConfig: { appSettings: [{ name: 'BUS:NAME', value: 'x' }] },
      }),
    'has no role on the account of its packages yet': () => {
      azure.app('app', azure.plan());
      deploy();
    },
    'takes packages by onedeploy': () => {
      azure.app('app', azure.plan());
      deploy('ZipDeploy');
    },
  });
});

describe('a gateway on the simulated Azure', () => {
  it('takes a policy whose documents can be read', () => {
    azure.site();
    azure.blob('.well-known/openid-configuration');
    azure.gateway();
    const url = 'https://site.z6.web.core.windows.net/.well-known/openid-configuration';
    azure.policy(`<validate-jwt><openid-config url="${url}" /></validate-jwt>`);
    const value = '@(context.Request.Headers.Count > 1)';
    // And one with a sign of XML in an expression.
    azure.make('apimanagement:Policy', 'all', {
      resourceGroupName,
      serviceName: 'gateway',
      policyId: 'policy',
      value: `<policies><inbound><set-variable name="x" value="${value}" /></inbound></policies>`,
    });
  });

  itRefuses({
    'unable to retrieve https://nowhere.example': () => {
      azure.gateway();
      azure.policy(
        '<validate-jwt><openid-config url="https://nowhere.example/.well-known/openid-configuration" /></validate-jwt>',
      );
    },
    'no place in a network': () => azure.gateway(undefined, { virtualNetworkType: 'Internal' }),
    'has capacity 0': () => azure.gateway({ name: 'Consumption', capacity: 1 }),
    'no policy rate-limit-by-key': () => {
      azure.gateway();
      azure.policy('<rate-limit-by-key calls="1" />');
    },
    'no well-formed XML': () => {
      azure.gateway();
      azure.policy('<choose>');
    },
    'no named value secret': () => {
      azure.gateway();
      azure.policy('<set-header name="x"><value>{{secret}}</value></set-header>');
    },
    'no backend cluster': () => {
      azure.gateway();
      azure.policy('<set-backend-service backend-id="cluster" />');
    },
    'is deleted and not purged': () => {
      azure.gateway();
      azure.delete('apimanagement:ApiManagementService', 'gateway');
      azure.gateway();
    },
  });
});

describe('a bus on the simulated Azure', () => {
  it('takes a filter in place of the rule that lets everything through', () => {
    azure.namespace();
    azure.topic();
    azure.subscription({ lockDuration: 'PT5M' });
    rule('DefaultRule', { filterType: 'SqlFilter', sqlFilter: { sqlExpression: '1=1' } });
  });

  itRefuses({
    'tier Basic has no topics': () => {
      azure.namespace('Basic');
      azure.topic();
    },
    'a lock lasts PT5M at most': () => {
      azure.namespace();
      azure.topic();
      azure.subscription({ lockDuration: 'PT10M' });
    },
    'lets everything through beside this one': () => {
      azure.namespace();
      azure.topic();
      azure.subscription();
      rule('Rule', { ruleName: 'types' });
    },
    'only tier Premium can be closed': () =>
      azure.make('servicebus:Namespace', 'bus', {
        resourceGroupName,
        sku: { name: 'Standard' },
        publicNetworkAccess: 'Disabled',
      }),
  });
});

describe('a cluster on the simulated Azure', () => {
  it('pulls from a registry on which its nodes have a role', () => {
    const { identityProfile } = azure.cluster().outputs as {
      identityProfile: { kubeletidentity: { objectId: string } };
    };
    const { id } = registry();
    azure.assign('pull', { principalId: identityProfile.kubeletidentity.objectId, scope: id });
    pod('shopimages.azurecr.io/web@sha256:1');
  });

  itRefuses({
    'the nodes may not pull': () => {
      azure.cluster();
      registry();
      pod('shopimages.azurecr.io/web@sha256:1');
    },
    'a pool of mode System': () => azure.cluster({ agentPoolProfiles: [{ name: 'nodes', mode: 'User' }] }),
    'twelve small letters and digits': () =>
      azure.cluster({ agentPoolProfiles: [{ name: 'far-too-long-a-name', mode: 'System' }] }),
    'workload identity needs the OIDC issuer': () =>
      azure.cluster({
        oidcIssuerProfile: undefined,
        securityProfile: { workloadIdentity: { enabled: true } },
      }),
    'needs the data plane cilium': () =>
      azure.cluster({ networkProfile: { networkPlugin: 'azure', networkPolicy: 'cilium' } }),
    'needs an identity': () => azure.cluster({ identity: undefined }),
    'needs Entra ID': () => azure.cluster({ disableLocalAccounts: true }),
    'local accounts are disabled': () => {
      azure.cluster({ disableLocalAccounts: true, aadProfile: { managed: true } });
      world
        .provider('azure-native:containerservice:ManagedCluster')
        .invoke(
          'azure-native:containerservice:listManagedClusterAdminCredentials',
          {},
          { resourceGroupName, resourceName: 'cluster' },
        );
    },
  });
});
