/**
 * What a simulated cluster refuses: each rule is shown refusing what breaks it. It does not prove that Kubernetes has
 * these rules, that a pod would become ready, nor the engine's part.
 */
import type { Values } from '../../stand-ins/pulumi/simulator/values.ts';
import { kubernetes } from './support/aws-surroundings.ts';
import { itRefuses } from './support/refusals.ts';
import { World } from './support/world.ts';

const [namespace, deployment, account] = [
  'kubernetes:core/v1:Namespace',
  'kubernetes:apps/v1:Deployment',
  'kubernetes:core/v1:ServiceAccount',
] as const;

let world: World;
beforeEach(() => {
  world = new World('.');
});

function pod(spec: Values, inNamespace = 'default'): Values {
  return {
    metadata: { name: 'web', namespace: inNamespace },
    spec: {
      selector: { matchLabels: { app: 'a' } },
      template: {
        metadata: { labels: { app: 'a' } },
        spec: { containers: [{ name: 'web', image: 'x' }], ...spec },
      },
    },
  };
}

describe('a simulated cluster', () =>
  itRefuses({
    'the provider has no kubeconfig': () => world.make(namespace, 'n', { metadata: { name: 'shop' } }),
    'cluster is unreachable: https://gone': () => {
      world.config.kubeconfig = 'server: https://gone';
      world.make(namespace, 'n', { metadata: { name: 'shop' } });
    },
    'no access entry for this user': () => {
      kubernetes(world, { bootstrapClusterCreatorAdminPermissions: false });
      world.make(namespace, 'n', { metadata: { name: 'shop' } });
    },
    'namespaces "shop" not found': () => {
      kubernetes(world);
      world.make(account, 'a', { metadata: { name: 'a', namespace: 'shop' } });
    },
    'no matches for kind "PeerAuthentication"': () => {
      kubernetes(world);
      world.make('kubernetes:security.istio.io/v1:PeerAuthentication', 'p', {
        apiVersion: 'security.istio.io/v1',
        kind: 'PeerAuthentication',
        metadata: { name: 'p' },
      });
    },
    'serviceaccount "web" not found': () => {
      kubernetes(world);
      world.make(deployment, 'd', pod({ serviceAccountName: 'web' }));
    },
    'configmap "settings" not found': () => {
      kubernetes(world);
      world.make(deployment, 'd', pod({ volumes: [{ name: 'v', configMap: { name: 'settings' } }] }));
    },
    'violate PodSecurity "restricted": runAsNonRoot != true': () => {
      kubernetes(world);
      world.make(namespace, 'n', {
        metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      });
      world.make(deployment, 'd', pod({}, 'shop'));
    },
    '`selector` does not match template `labels`': () =>
      world.make(deployment, 'd', {
        spec: { selector: { matchLabels: { app: 'a' } }, template: { metadata: { labels: { app: 'b' } } } },
      }),
    'label cost cannot be "a/b"': () =>
      world.make(namespace, 'n', { metadata: { name: 'n', labels: { cost: 'a/b' } } }),
    'is no name for a Namespace': () => world.make(namespace, 'n', { metadata: { name: 'Shop' } }),
  }));
