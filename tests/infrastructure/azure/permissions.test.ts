/**
 * What each workload of the platform on Azure may do, from the roles that are assigned under Pulumi's mocks. It proves
 * nothing of what a role allows, which is Azure's to say, nor that it is enough.
 */
import assert from 'node:assert/strict';
import { documentRoles, roles } from '../../../providers/azure/permissions.ts';
import { ofType } from '../../support/infrastructure.ts';
import { azurePlatforms, type Platforms } from '../../support/platforms.ts';
import type { Registered } from '../../support/pulumi-mocks.ts';

const group = '/subscriptions/the-subscription/resourceGroups/shop/providers/';
const roleOf = new Map<string, string>(
  Object.entries({ ...roles, ...documentRoles }).map(([name, id]) => [id, name]),
);

/** A principal's roles, each with what it is on. */
function assigned(resources: readonly Registered[], principal: string): string[] {
  return resources
    .filter(
      ({ type, inputs }) =>
        /RoleAssignment$/.test(type) && inputs.principalId === `principal-of-${principal}`,
    )
    .map(({ inputs }) => {
      const role = roleOf.get(inputs.roleDefinitionId.split('/').at(-1));
      return `${role} ${inputs.scope.replace(group, '')}`;
    })
    .sort();
}

describe('permissions on Azure', () => {
  let platforms: Platforms;
  before(async function () {
    this.timeout(120_000);
    platforms = await azurePlatforms();
  });
  const all = () => [...platforms.learn, ...platforms.production, ...platforms.varied];

  it('are on one thing each, and never on a group or a subscription', () => {
    for (const { type, name, inputs } of all())
      if (/RoleAssignment$/.test(type)) {
        assert.ok(inputs.scope.startsWith(group), name);
        assert.ok(inputs.scope.slice(group.length).split('/').length >= 3, name);
      }
  });

  it('say whom they are for, or a new identity is not found', () => {
    for (const [name, inputs] of ofType(all(), 'azure-native:authorization:RoleAssignment'))
      if (!name.startsWith('admin-')) assert.equal(inputs.principalType, 'ServicePrincipal', name);
  });

  it('of a function are its own documents, subscriptions and the topic, and what its host needs', () => {
    const container = (name: string) => `cosmosdb/DatabaseAccount/documents/dbs/shop/colls/${name}`;
    assert.deepEqual(assigned(platforms.learn, 'function-order'), [
      'ownBlobs storage/StorageAccount/functions',
      'publishTelemetry applicationinsights/Component/insights',
      `readDocuments ${container('order')}`,
      'readSecret keyvault/Vault/secrets/secrets/gateway-key',
      'receiveMessages servicebus/Subscription/order-catalogue',
      'receiveMessages servicebus/Subscription/order-saga',
      'sendMessages servicebus/Topic/events',
      `writeDocuments ${container('leases')}`,
      `writeDocuments ${container('order')}`,
      'writeQueues storage/StorageAccount/functions',
      'writeTables storage/StorageAccount/functions',
    ]);
  });

  it('of a container are the topic and its own secrets', () => {
    assert.deepEqual(assigned(platforms.learn, 'pod-product'), [
      'readSecret keyvault/Vault/secrets/secrets/cache-url',
      'readSecret keyvault/Vault/secrets/secrets/product-database-url',
      'sendMessages servicebus/Topic/events',
    ]);
    assert.deepEqual(assigned(platforms.learn, 'pod-collector'), [
      'publishTelemetry applicationinsights/Component/insights',
    ]);
  });

  it('to send are there when something is sent, and to read Stripe’s keys when money is real', () => {
    const more = (name: string) => {
      const before = new Set(assigned(platforms.learn, name));
      return assigned(platforms.varied, name).filter((one) => !before.has(one));
    };
    assert.deepEqual(more('function-notification'), ['sendMail communication/CommunicationService/mail']);
    assert.deepEqual(more('function-payment'), [
      'readSecret keyvault/Vault/secrets/secrets/stripe-secret-key',
      'readSecret keyvault/Vault/secrets/secrets/stripe-webhook-secret',
    ]);
  });

  it('of pods go to one service account of the cluster each', () => {
    const credentials = ofType(platforms.learn, 'azure-native:managedidentity:FederatedIdentityCredential');
    assert.deepEqual(
      [...credentials].map(([name, { subject, resourceName }]) => [name, subject, resourceName]).sort(),
      ['bootstrap', 'collector', 'product', 'user'].map((name) => [
        `pod-${name}`,
        `system:serviceaccount:shop:${name}`,
        `pod-${name}`,
      ]),
    );
    for (const { issuer, audiences } of credentials.values())
      assert.deepEqual([issuer, audiences], ['https://issuer.cluster.test', ['api://AzureADTokenExchange']]);
    for (const [name, { spec }] of ofType(platforms.learn, 'kubernetes:apps/v1:Deployment'))
      assert.equal(spec.template.metadata.labels['azure.workload.identity/use'], 'true', name);
  });

  it('of the nodes are to pull images, by the object that they are', () => {
    const { principalId, scope } = ofType(platforms.learn, 'azure-native:authorization:RoleAssignment').get(
      'cluster-images',
    );
    assert.deepEqual(
      [principalId, scope],
      ['object-of-nodes', `${group}containerregistry/Registry/registry`],
    );
  });
});
