import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { nameLabel } from '../labels.ts';
import { entranceServiceAccount, namespaces, ports, principalOf, waypoint } from './places.ts';

export interface MeshPoliciesArgs {
  readonly namespace: pulumi.Input<string>;
  readonly labels: Readonly<Record<string, string>>;
  /** Service accounts that may call each workload directly, by the workload's name; the gateway's is `entrance`. */
  readonly callers: Readonly<Record<string, readonly string[]>>;
  /** Who calls the user service's keys through the waypoint. */
  readonly keyReaders: readonly string[];
  /** Where the waypoint stands. */
  readonly entranceNamespace: pulumi.Input<string>;
  /** That the mesh's own types are known. */
  readonly after: readonly pulumi.Resource[];
}

/** Names of those that are not service accounts of the shop. */
export const entrance = 'entrance';
export const throughWaypoint = 'waypoint';

/** How long a caller within the cluster waits for an answer. */
const innerTimeout = '5s';

/**
 * Strict mTLS, and for each workload a list of who may call it. Only the user service has a waypoint, for only there
 * it matters what is asked for: another service reads its keys, and nothing else. The waypoint asks again what could not be
 * reached, as Istio's proxies do by themselves, and gives up in time.
 */
export class MeshPolicies extends pulumi.ComponentResource {
  constructor(args: MeshPoliciesArgs, options: pulumi.ComponentResourceOptions) {
    super('ecommerce:kubernetes:MeshPolicies', 'mesh-policies', {}, options);
    const { namespace, labels } = args;
    const custom = (
      name: string,
      apiVersion: string,
      kind: string,
      spec: object,
      place: pulumi.Input<string> = namespace,
      more: object = {},
    ) =>
      new k8s.apiextensions.CustomResource(
        `${kind.toLowerCase()}-${name}`,
        { apiVersion, kind, metadata: { name, namespace: place, labels: { ...labels, ...more } }, spec },
        { parent: this, dependsOn: [...args.after] },
      );
    custom('default', 'security.istio.io/v1', 'PeerAuthentication', { mtls: { mode: 'STRICT' } });
    for (const [name, callers] of Object.entries(args.callers))
      custom(name, 'security.istio.io/v1', 'AuthorizationPolicy', {
        selector: { matchLabels: { [nameLabel]: name } },
        action: 'ALLOW',
        rules: [{ from: [{ source: { principals: callers.map(callerOf) } }] }],
      });
    custom(
      waypoint,
      'gateway.networking.k8s.io/v1',
      'Gateway',
      {
        gatewayClassName: 'istio-waypoint',
        listeners: [
          {
            name: 'mesh',
            port: ports.mesh,
            protocol: 'HBONE',
            allowedRoutes: {
              namespaces: {
                from: 'Selector',
                selector: { matchLabels: { 'kubernetes.io/metadata.name': namespaces.shop } },
              },
            },
          },
        ],
      },
      args.entranceNamespace,
      { 'istio.io/waypoint-for': 'service' },
    );
    custom('user-keys', 'security.istio.io/v1', 'AuthorizationPolicy', {
      targetRefs: [{ group: '', kind: 'Service', name: 'user' }],
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: args.keyReaders.map(callerOf) } }],
          to: [{ operation: { methods: ['GET'], paths: ['/.well-known/jwks.json'] } }],
        },
      ],
    });
    custom('user-inside', 'gateway.networking.k8s.io/v1', 'HTTPRoute', {
      parentRefs: [{ group: '', kind: 'Service', name: 'user', port: ports.service }],
      rules: [
        {
          backendRefs: [{ name: 'user', port: ports.service }],
          timeouts: { request: innerTimeout, backendRequest: '2s' },
        },
      ],
    });
    this.registerOutputs();
  }
}

function callerOf(name: string): string {
  if (name === entrance) return principalOf(namespaces.entrance, entranceServiceAccount);
  if (name === throughWaypoint) return principalOf(namespaces.entrance, waypoint);
  return principalOf(namespaces.shop, name);
}

/** On the user's Service: who calls it within the mesh goes through its waypoint. */
export const waypointLabels = {
  'istio.io/use-waypoint': waypoint,
  'istio.io/use-waypoint-namespace': namespaces.entrance,
};
