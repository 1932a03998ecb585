/**
 * How functions on Azure come to their packages and settings, and what they tell: pure functions. It does not prove that
 * Azure takes the template: nothing here has seen an account.
 */
import assert from 'node:assert/strict';
import * as pulumi from '@pulumi/pulumi';
import { packageTemplate } from '../../../providers/azure/deployments.ts';
import { appSettings, timeSpan } from '../../../providers/azure/function-settings.ts';
import { operationIdOf } from '../../../providers/azure/gateway.ts';
import { monthOf } from '../../../providers/azure/monitoring.ts';
import { countLine, countStart } from '../../../runtime/edges/azure/count.ts';
import { hasGatewayKey } from '../../../runtime/edges/azure/gateway-key.ts';

const known = (settings: pulumi.Input<object>) =>
  new Promise<Record<string, string>>((resolve) => {
    pulumi.output(settings).apply((values) => resolve(values as Record<string, string>));
  });

describe('the package of a function on Azure', () => {
  const template = packageTemplate('order1234', {
    accountName: 'packages1',
    accountId: '/subscriptions/s/packages1',
    blobName: 'order-digest.zip',
  });

  it('is fetched by the app from an address that lasts an hour, and that the template itself makes', () => {
    const [resource] = template.resources;
    assert.equal(resource?.name, 'order1234/onedeploy');
    assert.equal(resource?.properties.remoteBuild, false);
    assert.equal(
      resource?.properties.packageUri,
      "[concat('https://packages1.blob.core.windows.net/packages/order-digest.zip?', listServiceSas('/subscriptions/s/packages1', '2023-05-01', union(variables('signature'), createObject('signedExpiry', parameters('until')))).serviceSasToken)]",
    );
    assert.equal(template.parameters.until.defaultValue, "[dateTimeAdd(utcNow(), 'PT1H')]");
    assert.deepEqual(template.variables.signature, {
      canonicalizedResource: '/blob/packages1/packages/order-digest.zip',
      signedResource: 'b',
      signedPermission: 'r',
      signedProtocol: 'https',
    });
  });
});

describe('the settings of a function on Azure', () => {
  const settings = () =>
    known(
      appSettings({
        environment: { MAILER: 'inbox', STRIPE_SECRET_KEY_SECRET_NAME: pulumi.output('stripe-secret-key') },
        clientId: pulumi.output('client'),
        storageName: pulumi.output('functions1'),
        insightsConnection: pulumi.output('InstrumentationKey=k'),
        serviceBus: { address: pulumi.output('bus.servicebus.windows.net'), topic: 'events' },
        cosmos: { endpoint: pulumi.output('https://cosmos.test/'), database: 'shop' },
        vaultUrl: pulumi.output('https://vault.test/'),
        gatewayKeyName: 'gateway-key',
        timeoutSeconds: 25,
        concurrency: 5,
      }),
    );

  it('connect by the app’s identity, with no key', async () => {
    const values = await settings();
    for (const connection of ['AzureWebJobsStorage', 'SERVICE_BUS', 'COSMOS']) {
      assert.equal(values[`${connection}__credential`], 'managedidentity');
      assert.equal(values[`${connection}__clientId`], 'client');
      assert.equal(values[connection], undefined);
    }
    assert.doesNotMatch(JSON.stringify(values), /AccountKey|SharedAccess/);
    assert.equal(values.APPLICATIONINSIGHTS_AUTHENTICATION_STRING, 'ClientId=client;Authorization=AAD');
  });

  it('have secrets as references to the vault, under the name that the code reads', async () => {
    const values = await settings();
    const reference = (name: string) => `@Microsoft.KeyVault(SecretUri=https://vault.test/secrets/${name}/)`;
    assert.equal(values.STRIPE_SECRET_KEY, reference('stripe-secret-key'));
    assert.equal(values.STRIPE_SECRET_KEY_SECRET_NAME, undefined);
    assert.equal(values.GATEWAY_KEY, reference('gateway-key'));
    assert.equal(values.MAILER, 'inbox');
  });

  it('bound a call and what an instance takes at once', async () => {
    const values = await settings();
    assert.equal(values.AzureFunctionsJobHost__functionTimeout, '00:00:25');
    assert.equal(values.AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls, '5');
    assert.equal(timeSpan(3_661), '01:01:01');
  });

  it('have none of the settings that Flex Consumption refuses', async () => {
    const refused =
      /^(FUNCTIONS_EXTENSION_VERSION|FUNCTIONS_WORKER_RUNTIME|WEBSITE_RUN_FROM_PACKAGE|SCM_DO_BUILD.*)$/;
    assert.deepEqual(
      Object.keys(await settings()).filter((name) => refused.test(name)),
      [],
    );
  });
});

describe('what a function on Azure tells', () => {
  it('is a line for each order that came to something, with how long its event waited', () => {
    const time = '2026-11-24T10:00:00.000Z';
    const line = countLine('inventory-saga', { type: 'order.placed', time }, Date.parse(time) + 1_500);
    assert.ok(line?.startsWith(countStart));
    assert.deepEqual(JSON.parse(line ?? ''), {
      handled: 1,
      consumer: 'inventory-saga',
      type: 'order.placed',
      waitedMs: 1_500,
    });
    assert.equal(countLine('inventory-saga', { type: 'product.created', time }), undefined);
    assert.equal(countLine('inventory-saga', 'no event'), undefined);
  });
});

describe('the gateway on Azure', () => {
  it('is known by its key alone', () => {
    assert.equal(hasGatewayKey('the key of it', 'the key of it'), true);
    assert.equal(hasGatewayKey('another key', 'the key of it'), false);
    assert.equal(hasGatewayKey('', 'the key of it'), false);
    assert.equal(hasGatewayKey(null, 'the key of it'), false);
  });

  it('has an id for each operation', () => {
    assert.equal(operationIdOf('GET', '/api/orders/{id}'), 'get-api-orders-id');
    assert.equal(operationIdOf('GET', '/.well-known/jwks.json'), 'get-well-known-jwks-json');
  });
});

describe('the budget on Azure', () => {
  it('begins with a month', () => {
    assert.equal(monthOf(new Date('2026-11-24T23:59:59.000Z')), '2026-11-01T00:00:00Z');
  });
});
