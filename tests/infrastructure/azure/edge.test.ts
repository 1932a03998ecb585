/**
 * The edge of the platform on Azure under mocks: functions, gateway, sites and what watches them, to the exact input. It does
 * not prove parents, order, secrets or values that are not known yet: the engine's suite does; nor that Azure takes it.
 */
import assert from 'node:assert/strict';
import { createOpenApiDocument, gatewayRoutes } from '../../../runtime/contracts/openapi.ts';
import { gatewayKeyHeader } from '../../../runtime/edges/azure/gateway-key.ts';
import { ofType, recordPlatform, the } from '../../support/infrastructure.ts';
import type { Registered } from '../../support/pulumi-mocks.ts';

const azure = { cloud: 'azure', region: 'westeurope' };
const functionNames = ['inventory', 'notification', 'order', 'payment'];

describe('the edge of the platform on Azure', () => {
  let learn: Registered[];
  let production: Registered[];
  before(async function () {
    this.timeout(60_000);
    learn = await recordPlatform({ ...azure, alarmEmail: 'me@example.com', mailer: 'communication' });
    production = await recordPlatform({
      ...azure,
      profile: 'production',
      clusterAccess: '203.0.113.0/24',
      corsOrigins: 'https://shop.example.com',
    });
  });

  const settingsOf = (resources: readonly Registered[], name: string): Record<string, string> =>
    Object.fromEntries(
      the(resources, 'azure-native:web:WebApp', name).siteConfig.appSettings.map(
        (setting: { name: string; value: string }) => [setting.name, setting.value],
      ),
    );
  const policyOf = (resources: readonly Registered[]): string =>
    the(resources, 'azure-native:apimanagement:ApiPolicy', 'gateway').value;

  describe('functions', () => {
    it('are apps on plans of their own, of the memory and Node that the shop asks for', () => {
      assert.deepEqual([...ofType(learn, 'azure-native:web:WebApp').keys()].sort(), functionNames);
      assert.deepEqual([...ofType(learn, 'azure-native:web:AppServicePlan').keys()].sort(), functionNames);
      const app = the(learn, 'azure-native:web:WebApp', 'order');
      assert.deepEqual(app.functionAppConfig.runtime, { name: 'node', version: '24' });
      assert.equal(app.functionAppConfig.scaleAndConcurrency.instanceMemoryMB, 512);
      assert.equal(app.httpsOnly, true);
    });

    it('run as themselves, and hold no key', () => {
      const app = the(learn, 'azure-native:web:WebApp', 'order');
      assert.equal(app.identity.type, 'UserAssigned');
      assert.deepEqual(app.identity.userAssignedIdentities, [app.keyVaultReferenceIdentity]);
      assert.deepEqual(app.functionAppConfig.deployment.storage.authentication, {
        type: 'UserAssignedIdentity',
        userAssignedIdentityResourceId: app.keyVaultReferenceIdentity,
      });
      assert.equal(
        the(learn, 'azure-native:storage:StorageAccount', 'functions').allowSharedKeyAccess,
        false,
      );
      for (const name of functionNames)
        assert.doesNotMatch(JSON.stringify(settingsOf(learn, name)), /AccountKey|SharedAccess|password-of/);
    });

    it('answer the gateway only, by a key that each reads from the vault', () => {
      const key = the(learn, 'azure-native:keyvault:Secret', 'gateway-key');
      const named = the(learn, 'azure-native:apimanagement:NamedValue', 'gateway-key');
      assert.equal(named.secret, true);
      assert.match(JSON.stringify(key.properties), new RegExp(named.value));
      for (const name of functionNames)
        assert.match(
          settingsOf(learn, name).GATEWAY_KEY ?? '',
          /^@Microsoft\.KeyVault\(SecretUri=.+gateway-key\/\)$/,
        );
      const backend = the(learn, 'azure-native:apimanagement:Backend', 'order');
      assert.deepEqual(backend.credentials, { header: { [gatewayKeyHeader]: ['{{gateway-key}}'] } });
    });

    it('get mail’s sender and where it is sent by, and only the one that sends', () => {
      const sending = functionNames.filter((name) => 'COMMUNICATION_ENDPOINT' in settingsOf(learn, name));
      assert.deepEqual(sending, ['notification']);
      assert.equal(settingsOf(learn, 'notification').MAIL_FROM, 'DoNotReply@mail.test');
    });

    it('are deployed by the program: again when their package is another, and by nothing in the state', () => {
      for (const name of functionNames) {
        const blob = the(learn, 'azure-native:storage:Blob', `${name}-package`);
        assert.equal(blob.blobName, `${name}-digest-of-${name}.zip`);
        const { properties } = the(learn, 'azure-native:resources:Deployment', `${name}-package`);
        const [resource] = properties.template.resources;
        assert.equal(resource.name, `${name}/onedeploy`);
        assert.match(JSON.stringify(properties), new RegExp(blob.blobName));
        assert.doesNotMatch(JSON.stringify(properties), /sig=/);
      }
    });
  });

  describe('the gateway', () => {
    it('has an operation for each route of the API, and a token for each that needs one', () => {
      const routes = gatewayRoutes(createOpenApiDocument());
      const operations = ofType(learn, 'azure-native:apimanagement:ApiOperation');
      const own = ['/health', '/ready', '/openapi.json'].map((path) => `GET ${path}`);
      assert.deepEqual(
        [...operations.values()].map(({ displayName }) => displayName).sort(),
        [...routes.map(({ method, path }) => `${method} ${path}`), ...own].sort(),
      );
      const needing = [...operations]
        .filter(([, { displayName }]) =>
          routes.some(
            ({ method, path, access }) => access !== 'public' && displayName === `${method} ${path}`,
          ),
        )
        .map(([id]) => id);
      const checked = /<when condition="([^"]*)"><validate-jwt/.exec(policyOf(learn))?.[1] ?? '';
      assert.deepEqual(
        [...checked.matchAll(/&quot;([^&]+)&quot;/g)].map(([, id]) => id).sort(),
        needing.sort(),
      );
    });

    it('leads every operation somewhere, once', () => {
      const led = [...policyOf(learn).matchAll(/<when condition="([^"]*)"><set-backend-service/g)].flatMap(
        ([, condition]) => [...(condition ?? '').matchAll(/&quot;([^&]+)&quot;/g)].map(([, id]) => id),
      );
      assert.deepEqual(
        led.sort(),
        [...ofType(learn, 'azure-native:apimanagement:ApiOperation').keys()].sort(),
      );
    });

    it('checks tokens by the issuer that signs them', () => {
      const { TOKEN_ISSUER } = settingsOf(learn, 'order');
      assert.ok(TOKEN_ISSUER?.startsWith('https://') && !TOKEN_ISSUER.endsWith('/'));
      assert.match(policyOf(learn), new RegExp(`url="${TOKEN_ISSUER}/\\.well-known/openid-configuration"`));
    });

    it('waits longer than what is behind it', () => {
      const seconds = Number(/<forward-request timeout="(\d+)"/.exec(policyOf(learn))?.[1]);
      assert.ok(seconds < 30);
      const [, , bound] = (settingsOf(learn, 'order').AzureFunctionsJobHost__functionTimeout ?? '').split(
        ':',
      );
      assert.ok(Number(bound) < seconds);
    });

    it('is the cheapest in learn, and comes into the cluster by TLS and with a key', () => {
      assert.deepEqual(the(learn, 'azure-native:apimanagement:ApiManagementService', 'gateway').sku, {
        name: 'Consumption',
        capacity: 0,
      });
      const backend = the(learn, 'azure-native:apimanagement:Backend', 'cluster');
      assert.match(backend.url, /^https:\/\/.+\.westeurope\.cloudapp\.azure\.com$/);
      assert.deepEqual(Object.values(backend.credentials.header), [['{{entrance-key}}']]);
      assert.doesNotMatch(policyOf(learn), /rate-limit|<cors|check-header/);
    });

    it('stands in the network in production, behind a firewall, with a limit, and lets named browsers in', () => {
      const service = the(production, 'azure-native:apimanagement:ApiManagementService', 'gateway');
      assert.equal(service.sku.name, 'StandardV2');
      assert.ok(service.virtualNetworkConfiguration.subnetResourceId);
      const backend = the(production, 'azure-native:apimanagement:Backend', 'cluster');
      assert.match(backend.url, /^http:\/\/10\./);
      assert.equal(backend.credentials, undefined);
      const policy = policyOf(production);
      assert.match(policy, /<rate-limit-by-key calls="2000" renewal-period="2"/);
      assert.match(policy, /<origin>https:\/\/shop\.example\.com<\/origin>/);
      const { frontDoorId } = { frontDoorId: /<check-header [^>]*><value>([^<]+)</.exec(policy)?.[1] };
      assert.equal(frontDoorId, 'front-door-of-gateway');
      const waf = the(production, 'azure-native:frontdoor:Policy', 'gateway');
      assert.equal(waf.policySettings.mode, 'Prevention');
      assert.match(waf.policyName, /^[A-Za-z][A-Za-z0-9]*$/);
      assert.equal(ofType(learn, 'azure-native:cdn:Profile').size, 0);
    });
  });

  describe('storage', () => {
    it('is closed to the public, by HTTPS only, and its key is off where nothing needs it', () => {
      const accounts = ofType(learn, 'azure-native:storage:StorageAccount');
      assert.deepEqual([...accounts.keys()].sort(), ['functions', 'issuer', 'packages', 'storefront']);
      for (const [name, account] of accounts) {
        assert.equal(account.allowBlobPublicAccess, false, name);
        assert.equal(account.enableHttpsTrafficOnly, true, name);
        assert.equal(account.minimumTlsVersion, 'TLS1_2', name);
        assert.match(name, /^[a-z]{3,16}$/);
      }
      for (const [name, { publicAccess }] of ofType(learn, 'azure-native:storage:BlobContainer'))
        assert.equal(publicAccess, 'None', name);
    });

    it('has the issuer’s documents in a website', () => {
      const file = the(learn, 'azure-native:storage:Blob', 'issuer-.well-known-openid-configuration');
      assert.equal(file.blobName, '.well-known/openid-configuration');
      assert.equal(file.contentType, 'application/json');
    });
  });

  describe('the watch', () => {
    it('keeps logs for as long as is asked, and no more in a day than learn may cost', () => {
      const logs = the(learn, 'azure-native:operationalinsights:Workspace', 'logs');
      assert.equal(logs.retentionInDays, 30);
      assert.ok(logs.workspaceCapping.dailyQuotaGb <= 1);
      const kept = the(production, 'azure-native:operationalinsights:Workspace', 'logs');
      assert.equal(kept.retentionInDays, 90);
      assert.equal(kept.workspaceCapping, undefined);
    });

    it('has an alarm for what waits, what was given up, each function, the gateway and the data', () => {
      const alarms = ofType(learn, 'azure-native:monitor:MetricAlert');
      assert.deepEqual(
        [...alarms.keys()].map((name) => name.replace('alarm-', '')).sort(),
        [
          'database-processor',
          'database-storage',
          'dead-letters',
          'documents-throttled',
          'gateway-errors',
          ...functionNames.map((name) => `${name}-errors`),
          'waiting',
        ].sort(),
      );
      for (const [name, { actions, scopes }] of alarms) {
        assert.equal(actions.length, 1, name);
        assert.match(scopes[0], /^\/subscriptions\//, name);
      }
    });

    it('is told to somebody, and a budget is watched once somebody can be told', () => {
      const [receiver] = the(learn, 'azure-native:monitor:ActionGroup', 'alarms').emailReceivers;
      assert.equal(receiver.emailAddress, 'me@example.com');
      const budget = the(learn, 'azure-native:consumption:Budget', 'budget');
      assert.equal(budget.amount, 20);
      assert.deepEqual(budget.filter.tags.values, ['ecommerce-platform/test']);
      assert.equal(ofType(production, 'azure-native:consumption:Budget').size, 0);
    });

    it('shows services, queues, orders, database and cache', () => {
      const { serializedData } = the(learn, 'azure-native:applicationinsights:Workbook', 'shop');
      const { items } = JSON.parse(serializedData);
      assert.deepEqual(
        items.map(({ name }: { name: string }) => name),
        [
          'Service calls',
          'Service errors',
          'Service duration, p95, milliseconds',
          'Gateway',
          'Gateway latency, milliseconds',
          'Orders: placed, and what they came to',
          'Queues: waiting, of all consumers',
          'Queues: age of what was handled, seconds',
          'Dead letters, of all consumers',
          'Documents, by status',
          'Database',
          'Cache',
        ],
      );
      const consumers = ofType(learn, 'azure-native:servicebus:Subscription');
      for (const consumer of ['inventory-saga', 'notification-mail']) {
        assert.ok(consumers.has(consumer), `${consumer} counts orders, and is no consumer`);
        assert.match(serializedData, new RegExp(consumer));
      }
    });
  });
});
