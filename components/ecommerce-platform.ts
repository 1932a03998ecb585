import * as pulumi from '@pulumi/pulumi';
import { createOpenApiDocument } from '../runtime/contracts/openapi.ts';
import type { Bundles } from './bundles.ts';
import type { PlatformConfig } from './config/load.ts';
import type { CloudProvider, Environment, RouteTarget, SqlServer } from './contract.ts';
import { EntranceLock } from './entrance-lock.ts';
import { functionEnvironment } from './environment.ts';
import { grantsOfFunction, secretNames } from './grants.ts';
import { Images } from './images/images.ts';
import { ClusterWorkloads } from './kubernetes/cluster-workloads.ts';
import { readyRoute } from './kubernetes/entrance.ts';
import { createLabels } from './labels.ts';
import { createNaming } from './naming.ts';
import { PlatformSecrets } from './platform-secrets.ts';
import { type ContainerShape, describeShop, type FunctionShape, type Shop } from './shop.ts';
import { createTags } from './tags.ts';
import { TokenKeys } from './token-keys.ts';

export interface EcommercePlatformArgs {
  readonly project: string;
  readonly stack: string;
  readonly config: PlatformConfig<pulumi.Output<string>>;
  readonly provider: CloudProvider;
  readonly bundles: Bundles;
}

/** Whom tokens are for. */
const audience = 'shop';
const functionMemoryMb = 512;
/** A gateway waits for 30 s at most, and a function behind it must have answered before. */
const functionSeconds = { behindGateway: 25, alone: 30 };

/** The shop on a cloud: it knows what there is and how it hangs together, and no cloud. */
export class EcommercePlatform extends pulumi.ComponentResource {
  readonly gatewayUrl: pulumi.Output<string>;
  readonly jwksUrl: pulumi.Output<string>;
  readonly storefrontUrl: pulumi.Output<string>;
  readonly dashboardUrl: pulumi.Output<string>;
  readonly kubeconfigCommand: pulumi.Output<string>;
  readonly registry: pulumi.Output<string>;
  /** What the queues' names begin with; then comes the consumer's. */
  readonly resourcePrefix: string;
  readonly queues: readonly string[];
  /** By which the first administrator's password is read. */
  readonly adminPasswordSecret: pulumi.Output<string>;

  constructor(name: string, args: EcommercePlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super('ecommerce:index:EcommercePlatform', name, {}, options);
    const { project, stack, config, provider, bundles } = args;
    const shop = describeShop();
    const naming = createNaming(project, stack);
    const child = { parent: this };
    const cloud = provider.open({ config, naming, tags: createTags(project, stack), parent: this });

    const documents = cloud.createStaticSite('issuer');
    const keys = new TokenKeys(documents, config.deletionProtection, child);
    const openApi = JSON.stringify(createOpenApiDocument());
    const openApiFile = documents.put('/openapi.json', openApi, 'application/json');
    const storefront = cloud.createStaticSite('storefront');

    const secrets = new PlatformSecrets(cloud, config, child);
    secrets.keep(secretNames.tokenKeys, keys.keyFile);
    for (const { tables, consumers } of shop.functions) {
      for (const table of tables) cloud.createTable(table);
      for (const consumer of consumers) cloud.createConsumer(consumer);
    }
    const tokens = { TOKEN_ISSUER: keys.issuer, TOKEN_AUDIENCE: audience };
    for (const shape of shop.functions)
      cloud.createFunction({
        ...shape,
        archive: bundles.archiveOf(shape.name),
        memoryMb: functionMemoryMb,
        timeoutSeconds: shape.answersHttp ? functionSeconds.behindGateway : functionSeconds.alone,
        environment: {
          ...tokens,
          JWKS_URL: keys.jwksUrl,
          ...functionEnvironment(shape, config, {
            gatewayUrl: cloud.gatewayUrl,
            secretOf: (secret) => secrets.referenceOf(secret),
          }),
        },
        grants: grantsOfFunction(shape, config),
      });

    const database = cloud.createDatabase(secrets.password('database-admin'));
    const urls = databaseUrls(database, shop, secrets);
    const cache = cloud.createCache();
    const cacheUrl = secrets.keep(secretNames.cacheUrl, cache.url);
    const registry = cloud.createRegistry(bundles.containers);
    const images = new Images(
      {
        bundles,
        registry,
        platforms: config.imagePlatforms,
        builderName: config.imageBuilder ?? naming.name('builder'),
        builderExists: config.imageBuilder !== undefined,
      },
      child,
    );
    const cluster = cloud.createCluster();
    const lock = cluster.ingress.isPublic ? new EntranceLock(child) : undefined;
    const adminPassword = secrets.keep(secretNames.adminPassword, secrets.password('admin'));
    const databasesEnvironment = {
      DATABASE_ADMIN_URL_SECRET_NAME: urls.admin,
      ...Object.assign({}, ...urls.services.map(({ setting, reference }) => ({ [setting]: reference }))),
    } as Environment;
    const environmentOf = (container: ContainerShape): Environment => ({
      ...tokens,
      ...Object.fromEntries(
        urls.services
          .filter(({ service }) => service === container.name)
          .map(({ setting, reference }) => [setting, reference]),
      ),
      ...(container.holdsTokenKeys
        ? { TOKEN_KEYS_SECRET_NAME: secrets.referenceOf(secretNames.tokenKeys) }
        : // Across the mesh, for what is in the cluster need not leave it.
          { JWKS_URL: 'http://user/.well-known/jwks.json' }),
      ...(container.usesCache && { CACHE_URL_SECRET_NAME: cacheUrl }),
    });
    const workloads = new ClusterWorkloads(
      {
        shop,
        cloud,
        cluster,
        labels: createLabels(project, stack),
        meshed: config.mesh === 'istio',
        replicas: config.replicas,
        replicasMax: config.replicasMax,
        entranceReplicas: config.profile === 'production' ? 3 : 1,
        ...(lock && { lock }),
        imageOf: (image) => images.referenceOf(image),
        environmentOf,
        databasesEnvironment,
        certificates: database.certificates,
        database,
        cache,
        dataReady: [...database.ready, ...cache.ready, ...secrets.ready],
      },
      child,
    );
    const gateway = cloud.createGateway({
      routes: routedRoutes(shop, documents.url),
      issuer: keys.issuer,
      audience,
      issuerReady: [...keys.ready, openApiFile],
      ...(lock && { entranceKey: lock.key }),
    });
    const [userDatabase] = urls.services.filter(({ service }) => service === 'user');
    workloads.openShop(
      {
        ...(userDatabase && { [userDatabase.setting]: userDatabase.reference }),
        ADMIN_USERNAME: config.adminUsername,
        ADMIN_EMAIL: config.adminEmail,
        ADMIN_PASSWORD_SECRET_NAME: adminPassword,
        GATEWAY_URL: cloud.gatewayUrl,
        CATALOGUE: config.catalogue,
      },
      [...gateway.ready, ...workloads.entranceReady],
    );
    const consumers = shop.functions.flatMap((one) => one.consumers.map((consumer) => consumer.name));
    const { dashboardUrl } = cloud.createMonitoring({
      functions: shop.functions.map((one) => one.name),
      containers: shop.containers.map((one) => one.name),
      consumers,
      tables: shop.functions.flatMap((one) => one.tables.map((table) => table.name)),
    });

    this.gatewayUrl = cloud.gatewayUrl;
    this.jwksUrl = keys.jwksUrl;
    this.storefrontUrl = storefront.url;
    this.dashboardUrl = dashboardUrl;
    this.kubeconfigCommand = cluster.kubeconfigCommand;
    this.registry = registry.address;
    this.resourcePrefix = naming.prefix;
    this.queues = consumers;
    this.adminPasswordSecret = secrets.addressOf(secretNames.adminPassword);
    this.registerOutputs({ gatewayUrl: this.gatewayUrl });
  }
}

/** The addresses of the databases, each a secret of its own: one for whoever makes them, one for each service. */
function databaseUrls(server: SqlServer, shop: Shop, secrets: PlatformSecrets) {
  const url = (user: string, password: pulumi.Input<string>, database: string) =>
    pulumi.interpolate`postgres://${user}:${password}@${server.host}:${server.port}/${database}?sslmode=verify-full`;
  return {
    admin: secrets.keep(
      secretNames.databaseAdmin,
      url(server.adminUser, secrets.password('database-admin'), server.adminDatabase),
    ),
    services: shop.containers.map(({ name, databaseSetting }) => ({
      service: name,
      setting: `${databaseSetting}_SECRET_NAME`,
      reference: secrets.keep(
        secretNames.databaseOf(name),
        url(`shop_${name}`, secrets.password(`${name}-database`), `shop_${name}`),
      ),
    })),
  };
}

/** Every route of the API, and what a gateway has to say itself. */
function routedRoutes(shop: Shop, site: pulumi.Output<string>) {
  const isFunction = new Set<string>(shop.functions.map(({ name }: FunctionShape) => name));
  const targetOf = (service: string): RouteTarget =>
    isFunction.has(service) ? { kind: 'function', name: service } : { kind: 'cluster' };
  const own = (path: string, target: RouteTarget) =>
    ({ method: 'GET', path, needsToken: false, target }) as const;
  return [
    ...shop.routes.map(({ method, path, service, access }) => ({
      method,
      path,
      needsToken: access !== 'public',
      target: targetOf(service),
    })),
    // The order function says that it lives; a cloud's gateway cannot answer by itself.
    own('/health', { kind: 'function', name: 'order' }),
    own(readyRoute.path, { kind: 'cluster' }),
    own('/openapi.json', { kind: 'site', url: pulumi.interpolate`${site}/openapi.json` }),
  ];
}
