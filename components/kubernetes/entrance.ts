import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { GatewayRoute } from '../../runtime/contracts/openapi.ts';
import type { ClusterIngress } from '../contract.ts';
import type { EntranceLock } from '../entrance-lock.ts';
import { entranceGateway, namespaces, ports } from './places.ts';

export interface EntranceArgs {
  readonly labels: Readonly<Record<string, string>>;
  readonly ingress: ClusterIngress;
  /** There when the way in is public. */
  readonly lock?: EntranceLock;
  readonly routes: readonly GatewayRoute[];
  /** Services in the cluster. */
  readonly services: readonly string[];
  readonly shopNamespace: pulumi.Input<string>;
  readonly replicas: number;
  /** That there is a controller for what is made here. */
  readonly after: readonly pulumi.Resource[];
}

/** Less than the cloud's gateway waits, so that the cluster's own answer is the one that is seen. */
const requestTimeout = '25s';

/** The cluster's gateway by the Gateway API: the one way in, and from there to each service by its paths. */
export class Entrance extends pulumi.ComponentResource {
  readonly ready: readonly pulumi.Resource[];
  readonly namespace: pulumi.Output<string>;

  constructor(args: EntranceArgs, options: pulumi.ComponentResourceOptions) {
    super('ecommerce:kubernetes:Entrance', 'cluster-entrance', {}, options);
    const { labels, ingress, lock, replicas } = args;
    const port = lock ? ports.secureService : ports.service;
    const child = { parent: this };
    const namespace = new k8s.core.v1.Namespace(
      'entrance',
      {
        metadata: {
          name: namespaces.entrance,
          labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'baseline' },
        },
      },
      child,
    );
    const place = namespace.metadata.name;
    const shape = new k8s.core.v1.ConfigMap(
      'entrance',
      {
        metadata: { name: 'entrance', namespace: place, labels },
        data: {
          deployment: JSON.stringify({ spec: { replicas } }),
          ...(replicas > 1 && { podDisruptionBudget: JSON.stringify({ spec: { maxUnavailable: 1 } }) }),
        },
      },
      child,
    );
    const certificate =
      lock &&
      new k8s.core.v1.Secret(
        'entrance',
        {
          metadata: { name: 'entrance-certificate', namespace: place, labels },
          type: 'kubernetes.io/tls',
          stringData: { 'tls.crt': lock.certificate, 'tls.key': lock.privateKey },
        },
        child,
      );
    const gateway = new k8s.apiextensions.CustomResource(
      'entrance',
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: {
          name: entranceGateway,
          namespace: place,
          labels,
          // By itself it would be of type LoadBalancer, whose balancer nobody here knows of, and nobody deletes.
          annotations: { 'networking.istio.io/service-type': 'ClusterIP' },
        },
        spec: {
          gatewayClassName: 'istio',
          infrastructure: {
            parametersRef: { group: '', kind: 'ConfigMap', name: shape.metadata.name },
          },
          listeners: [
            {
              name: 'http',
              port,
              ...(certificate
                ? {
                    protocol: 'HTTPS',
                    tls: { mode: 'Terminate', certificateRefs: [{ name: certificate.metadata.name }] },
                  }
                : { protocol: 'HTTP' }),
              allowedRoutes: {
                namespaces: {
                  from: 'Selector',
                  selector: { matchLabels: { 'kubernetes.io/metadata.name': namespaces.shop } },
                },
              },
            },
          ],
        },
      },
      { ...child, dependsOn: [...args.after] },
    );
    const service = new k8s.core.v1.Service(
      'entrance',
      {
        metadata: {
          name: 'entrance',
          namespace: place,
          labels,
          ...(ingress.service.annotations && { annotations: ingress.service.annotations }),
        },
        spec: {
          type: ingress.service.type,
          externalTrafficPolicy: 'Cluster',
          // As the controller labels the pods of a gateway (gateway.networking.k8s.io, infrastructure labels).
          selector: { 'gateway.networking.k8s.io/gateway-name': entranceGateway },
          ports: [
            {
              name: 'http',
              port,
              targetPort: port,
              protocol: 'TCP',
              ...(ingress.service.nodePort !== undefined && { nodePort: ingress.service.nodePort }),
            },
          ],
        },
      },
      // A Service whose pods come later would be waited for until then.
      { ...child, dependsOn: [gateway] },
    );
    const routes = args.services.map(
      (name) =>
        new k8s.apiextensions.CustomResource(
          `route-${name}`,
          {
            apiVersion: 'gateway.networking.k8s.io/v1',
            kind: 'HTTPRoute',
            metadata: { name: `${name}-outside`, namespace: args.shopNamespace, labels },
            spec: {
              parentRefs: [{ kind: 'Gateway', name: entranceGateway, namespace: place }],
              rules: [
                {
                  matches: pathMatches(name, args.routes).map((path) => ({
                    path,
                    // Without the key there is nothing at any path.
                    ...(lock && {
                      headers: [{ type: 'Exact', name: lock.key.header, value: lock.key.value }],
                    }),
                  })),
                  backendRefs: [{ name, port: ports.service }],
                  timeouts: { request: requestTimeout },
                },
              ],
            },
          },
          { ...child, dependsOn: [gateway] },
        ),
    );
    this.namespace = place;
    this.ready = [gateway, service, ...routes];
    this.registerOutputs();
  }
}

/** Whether an order can be placed is asked of the service that everything else asks. */
export const readyRoute = { path: '/ready', service: 'user' } as const;

/** The paths of a service, each up to its first parameter. */
export function pathMatches(service: string, routes: readonly GatewayRoute[]) {
  const own = routes.filter((route) => route.service === service).map(({ path }) => path);
  const stems = [...new Set(own.map((path) => (path.split('/{')[0] ?? path).replace(/\/$/, '')))];
  const shortest = stems.filter((stem) => !stems.some((other) => stem.startsWith(`${other}/`)));
  return [
    ...shortest.map((value) => ({ type: 'PathPrefix', value })),
    ...(readyRoute.service === service ? [{ type: 'Exact', value: readyRoute.path }] : []),
  ];
}
