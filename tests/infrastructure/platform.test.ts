/**
 * The platform on a cloud that makes nothing: what it asks for, and what it puts into the cluster. It proves nothing of what
 * a cloud or a cluster makes of it.
 */
import assert from 'node:assert/strict';
import { EcommercePlatform } from '../../components/ecommerce-platform.ts';
import { pathMatches } from '../../components/kubernetes/entrance.ts';
import { describeShop } from '../../components/shop.ts';
import { serviceNames } from '../../runtime/http/route.ts';
import { configOf, ofType, pretendBundles, the, type Values } from '../support/infrastructure.ts';
import { type Asked, pretendCloud } from '../support/pretend-cloud.ts';
import { type Registered, recordResources } from '../support/pulumi-mocks.ts';

interface StoodUp {
  readonly resources: Registered[];
  readonly asked: Asked;
  readonly adminPasswordSecret: string;
}

async function standUp(values?: Values): Promise<StoodUp> {
  const { provider, asked } = pretendCloud();
  let adminPasswordSecret = '';
  const resources = await recordResources(() => {
    const platform = new EcommercePlatform('shop', {
      project: 'ecommerce-platform',
      stack: 'test',
      config: configOf(values),
      provider,
      bundles: pretendBundles,
    });
    platform.adminPasswordSecret.apply((address) => {
      adminPasswordSecret = address;
    });
  });
  return { resources, asked, adminPasswordSecret };
}

const policies = (resources: readonly Registered[]) =>
  ofType(resources, 'kubernetes:networking.k8s.io/v1:NetworkPolicy');

describe('the platform on any cloud', () => {
  let resources: Registered[];
  let asked: Asked;
  let adminPasswordSecret: string;
  let plain: Registered[];
  before(async function () {
    this.timeout(60_000);
    ({ resources, asked, adminPasswordSecret } = await standUp());
    ({ resources: plain } = await standUp({ mesh: 'none' }));
  });

  const deployment = (name: string) => the(resources, 'kubernetes:apps/v1:Deployment', name).spec;

  it('tells where a person finds the first administrator’s password', () => {
    assert.equal(adminPasswordSecret, 'secrets.test/admin-password');
  });

  it('asks for what the services’ code says that there is', () => {
    assert.deepEqual(
      asked.functions.map(({ name }) => name),
      ['order', 'inventory', 'payment', 'notification'],
    );
    assert.deepEqual(asked.tables, [
      'order',
      'inventory',
      'payment',
      'payment-provider',
      'notification',
      'inbox',
    ]);
    assert.equal(new Set(asked.consumers.map(({ name }) => name)).size, 7);
    assert.deepEqual(asked.files, [
      'issuer/.well-known/jwks.json',
      'issuer/.well-known/openid-configuration',
      'issuer/openapi.json',
    ]);
    assert.deepEqual(asked.secrets, [
      'token-keys',
      'database-admin-url',
      'user-database-url',
      'product-database-url',
      'cache-url',
      'admin-password',
    ]);
  });

  it('gives each workload in the cluster an identity that may do its own work', () => {
    assert.deepEqual(
      asked.identities.map(({ name, grants }) => [
        name,
        grants.map(({ intent, kind, name: of }) => `${intent} ${kind} ${of}`),
      ]),
      [
        ['collector', ['write traces all', 'write metrics all']],
        [
          'bootstrap',
          [
            'read secret database-admin-url',
            'read secret user-database-url',
            'read secret product-database-url',
            'read secret admin-password',
          ],
        ],
        ['user', ['publish topic events', 'read secret user-database-url', 'read secret token-keys']],
        ['product', ['publish topic events', 'read secret product-database-url', 'read secret cache-url']],
      ],
    );
    for (const { name } of asked.identities) {
      const account = the(resources, 'kubernetes:core/v1:ServiceAccount', name);
      assert.deepEqual(account.metadata.annotations, { identity: name });
    }
    assert.equal(deployment('user').template.metadata.labels['use-identity'], 'true');
  });

  it('leads every route to who answers it', () => {
    const routes = asked.gateway?.routes ?? [];
    const functions = new Set<string>(asked.functions.map(({ name }) => name));
    for (const { path, method, service, access } of describeShop().routes) {
      const route = routes.find((one) => one.path === path && one.method === method);
      assert.equal(route?.needsToken, access !== 'public', path);
      const target = functions.has(service) ? { kind: 'function', name: service } : { kind: 'cluster' };
      assert.deepEqual(route?.target, target, path);
    }
    assert.equal(routes.length, describeShop().routes.length + 3);
  });

  it('finds in the cluster whatever the gateway sends there', () => {
    const { routes } = describeShop();
    const rules = ['user', 'product'].map((name) => pathMatches(name, routes).map(({ value }) => value));
    assert.deepEqual(rules, [
      ['/api/users', '/.well-known/jwks.json', '/.well-known/openid-configuration', '/ready'],
      ['/api/products'],
    ]);
    for (const { path, service } of routes.filter(
      (one) => one.service === 'user' || one.service === 'product',
    )) {
      const hit = serviceNames.filter((name) =>
        pathMatches(name, routes).some(({ type, value }) =>
          type === 'Exact' ? value === path : path === value || path.startsWith(`${value}/`),
        ),
      );
      assert.deepEqual(hit, [service], path);
    }
  });

  it('closes pods as far as they go', () => {
    const pods = [
      ...[...ofType(resources, 'kubernetes:apps/v1:Deployment').values()],
      ...[...ofType(resources, 'kubernetes:batch/v1:Job').values()],
    ].map(({ spec }) => spec.template.spec);
    assert.equal(pods.length, 7);
    for (const { securityContext, containers, automountServiceAccountToken } of pods) {
      assert.equal(securityContext.runAsNonRoot, true);
      assert.deepEqual(securityContext.seccompProfile, { type: 'RuntimeDefault' });
      assert.equal(automountServiceAccountToken, false);
      for (const { securityContext: own, resources: needs } of containers) {
        assert.deepEqual(own, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        assert.ok(needs.requests.memory && needs.requests.cpu && needs.limits.memory && needs.limits.cpu);
      }
    }
    const { labels } = the(resources, 'kubernetes:core/v1:Namespace', 'shop').metadata;
    assert.equal(labels['pod-security.kubernetes.io/enforce'], 'restricted');
  });

  it('labels everything in the cluster with what a bill is paid for', () => {
    for (const { type, name, inputs } of resources)
      if (type.startsWith('kubernetes:') && inputs.metadata)
        for (const label of [
          'app.kubernetes.io/name',
          'app.kubernetes.io/part-of',
          'app.kubernetes.io/instance',
          'cost',
        ])
          assert.ok(inputs.metadata.labels?.[label], `${type} ${name} ${label}`);
  });

  it('deploys images by their digest', () => {
    for (const name of ['user', 'product'])
      assert.match(deployment(name).template.spec.containers[0].image, /@sha256:/);
  });

  it('leaves the number of pods to the autoscaler', () => {
    for (const name of ['user', 'product']) {
      assert.equal(deployment(name).replicas, undefined);
      const { spec } = the(resources, 'kubernetes:autoscaling/v2:HorizontalPodAutoscaler', name);
      assert.deepEqual([spec.minReplicas, spec.maxReplicas], [3, 6]);
    }
  });

  it('replaces pods without a gap', () => {
    const { strategy, template } = deployment('user');
    assert.deepEqual(strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
    const [container] = template.spec.containers;
    assert.deepEqual(container.lifecycle, { preStop: { sleep: { seconds: 5 } } });
    // Before the stop, the grace of the process and its deadline (entries/containers/run.ts).
    assert.ok(template.spec.terminationGracePeriodSeconds > 5 + 5 + 22);
    assert.equal(container.readinessProbe.httpGet.path, '/ready');
    assert.equal(container.livenessProbe.httpGet.path, '/health');
  });

  it('tells containers where things are, and no secret', () => {
    const env = Object.fromEntries(
      deployment('user').template.spec.containers[0].env.map(
        ({ name, value }: { name: string; value: string }) => [name, value],
      ),
    );
    assert.deepEqual(env, {
      HOST: '0.0.0.0',
      PORT: '3000',
      NODE_EXTRA_CA_CERTS: '/etc/shop/certificates/authorities.pem',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      TOKEN_AUDIENCE: 'shop',
      TOKEN_ISSUER: 'https://issuer.test',
      TOKEN_KEYS_SECRET_NAME: 'secret/token-keys',
      TOPIC: 'events',
      TRUSTED_PROXIES: 'loopback,10.0.0.0/8',
      USER_DATABASE_URL_SECRET_NAME: 'secret/user-database-url',
    });
    const product = deployment('product').template.spec.containers[0].env;
    const named = (name: string) => product.find((one: { name: string }) => one.name === name)?.value;
    assert.equal(named('JWKS_URL'), 'http://user/.well-known/jwks.json');
    assert.equal(named('CACHE_URL_SECRET_NAME'), 'secret/cache-url');
    // The routes of a public way in hold its key: it is they who ask for it.
    for (const { type, inputs } of resources.filter(
      ({ type }) => type.startsWith('kubernetes:') && !/:(HTTPRoute|Secret)$/.test(type),
    ))
      assert.ok(!JSON.stringify(inputs).includes('password-of-'), type);
  });

  it('lets nothing in or out but what is named', () => {
    const found = policies(resources);
    assert.deepEqual(found.get('nothing').spec, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const shortly = (rules: { from?: object[]; to?: object[]; ports: { port: number }[] }[]) =>
      rules.map(({ from, to, ports }) => [
        (from ?? to ?? []).map((peer) => JSON.stringify(peer).match(/[\w.-]+(?=["}]*$)|\d[\d./]+/)?.[0]),
        ports.map(({ port }) => port),
      ]);
    const user = found.get('user').spec;
    assert.deepEqual(shortly(user.ingress), [
      [['shop-entrance'], [3000, 15_008]],
      [['product'], [3000, 15_008]],
    ]);
    assert.deepEqual(shortly(user.egress), [
      [['0.0.0.0/0'], [443]],
      [['169.254.1.1/32'], [80]],
      [['10.9.0.0/24'], [5432]],
      [['collector'], [4318, 15_008]],
    ]);
    const product = found.get('product').spec;
    assert.deepEqual(shortly(product.ingress), [[['shop-entrance'], [3000, 15_008]]]);
    assert.deepEqual(shortly(product.egress).slice(2), [
      [['10.9.0.0/24'], [5432]],
      [['10.9.0.0/24'], [6379]],
      [['collector'], [4318, 15_008]],
      [['user'], [3000, 15_008]],
      [['shop-entrance'], [15_008]],
    ]);
    assert.deepEqual(shortly(found.get('collector').spec.ingress), [
      [
        ['user', 'product'],
        [4318, 15_008],
      ],
    ]);
    assert.deepEqual(found.get('bootstrap').spec.ingress, []);
  });

  it('lets the mesh’s probes in, where there is a mesh', () => {
    const [rule] = policies(resources).get('mesh').spec.ingress;
    assert.deepEqual(
      rule.from.map(({ ipBlock }: { ipBlock: { cidr: string } }) => ipBlock.cidr),
      ['169.254.7.127/32', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128'],
    );
    assert.equal(policies(plain).get('mesh'), undefined);
    assert.ok(!JSON.stringify([...policies(plain).values()]).includes('15008'));
  });

  it('has strict mTLS, and for each workload who may call it', () => {
    const peer = the(
      resources,
      'kubernetes:security.istio.io/v1:PeerAuthentication',
      'peerauthentication-default',
    );
    assert.deepEqual(peer.spec, { mtls: { mode: 'STRICT' } });
    const callers = (name: string) =>
      the(resources, 'kubernetes:security.istio.io/v1:AuthorizationPolicy', `authorizationpolicy-${name}`)
        .spec.rules[0].from[0].source.principals;
    assert.deepEqual(callers('user'), [
      'cluster.local/ns/shop-entrance/sa/shop-istio',
      'cluster.local/ns/shop-entrance/sa/user-waypoint',
    ]);
    assert.deepEqual(callers('product'), ['cluster.local/ns/shop-entrance/sa/shop-istio']);
    assert.deepEqual(callers('collector'), [
      'cluster.local/ns/shop/sa/user',
      'cluster.local/ns/shop/sa/product',
    ]);
    const keys = the(
      resources,
      'kubernetes:security.istio.io/v1:AuthorizationPolicy',
      'authorizationpolicy-user-keys',
    ).spec;
    assert.deepEqual(keys.rules, [
      {
        from: [{ source: { principals: ['cluster.local/ns/shop/sa/product'] } }],
        to: [{ operation: { methods: ['GET'], paths: ['/.well-known/jwks.json'] } }],
      },
    ]);
  });

  it('keeps the gateway into the cluster without a mesh, and nothing else of it', () => {
    const charts = [...ofType(plain, 'kubernetes:helm.sh/v3:Release').keys()];
    assert.deepEqual(charts.sort(), ['gateway-api', 'istio-base', 'istiod']);
    assert.equal(ofType(plain, 'kubernetes:gateway.networking.k8s.io/v1:Gateway').size, 1);
    assert.equal(ofType(plain, 'kubernetes:security.istio.io/v1:PeerAuthentication').size, 0);
    const { labels } = the(plain, 'kubernetes:core/v1:Namespace', 'shop').metadata;
    assert.equal(labels['istio.io/dataplane-mode'], undefined);
    assert.deepEqual([...ofType(resources, 'kubernetes:helm.sh/v3:Release').keys()].sort(), [
      'gateway-api',
      'istio-base',
      'istio-cni',
      'istiod',
      'ztunnel',
    ]);
  });

  it('asks of the mesh’s control plane what a small node has', () => {
    const { values } = the(resources, 'kubernetes:helm.sh/v3:Release', 'istiod');
    assert.deepEqual(values.resources.requests, { cpu: '100m', memory: '256Mi' });
  });

  it('takes how requests come in from the cloud, as data', () => {
    const { spec, metadata } = the(resources, 'kubernetes:core/v1:Service', 'entrance');
    assert.equal(spec.type, 'LoadBalancer');
    assert.deepEqual(metadata.annotations, { internal: 'true' });
  });

  it('locks a way in that is public: by TLS, and with a key that only the gateway has', () => {
    const { spec } = the(resources, 'kubernetes:core/v1:Service', 'entrance');
    assert.deepEqual(
      spec.ports.map(({ port, targetPort }: { port: number; targetPort: number }) => [port, targetPort]),
      [[443, 443]],
    );
    const [listener, ...others] = the(
      resources,
      'kubernetes:gateway.networking.k8s.io/v1:Gateway',
      'entrance',
    ).spec.listeners;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [listener.port, listener.protocol, listener.tls.certificateRefs],
      [443, 'HTTPS', [{ name: 'entrance-certificate' }]],
    );
    const key = asked.gateway?.entranceKey;
    const routes = [...ofType(resources, 'kubernetes:gateway.networking.k8s.io/v1:HTTPRoute').values()];
    assert.equal(routes.length, 3);
    for (const { metadata, spec: route } of routes.filter(({ metadata }) => /-outside$/.test(metadata.name)))
      for (const { matches } of route.rules)
        for (const { headers } of matches)
          assert.deepEqual(
            headers.map(({ type, name }: { type: string; name: string }) => [type, name]),
            [['Exact', key?.header]],
            metadata.name,
          );
  });

  it('makes databases, then their tables, then pods, and at the end the first administrator', () => {
    const jobs = [...ofType(resources, 'kubernetes:batch/v1:Job')].map(([name, { spec }]) => [
      name,
      spec.template.spec.containers[0].args,
      spec.ttlSecondsAfterFinished,
    ]);
    assert.deepEqual(jobs.sort(), [
      ['bootstrap-databases', ['databases'], undefined],
      ['bootstrap-shop', ['shop'], undefined],
      ['product-migrate', ['migrate'], undefined],
      ['user-migrate', ['migrate'], undefined],
    ]);
  });
});
