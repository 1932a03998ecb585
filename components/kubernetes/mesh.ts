import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { charts } from './charts.ts';
import { namespaces } from './places.ts';

export interface MeshArgs {
  /** Without it istiod is there all the same: it is what makes the Gateway API's gateways. */
  readonly ambient: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** The control plane asks for half a processor and two gigabytes by itself, more than a small node has left. */
const controlPlane = { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } };
const nodeAgent = { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } };
const nodeInstaller = { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '128Mi' } };

/** Istio, by its Helm charts: the gateways' controller, and with `ambient` the mesh of all nodes. */
export class Mesh extends pulumi.ComponentResource {
  readonly ready: readonly pulumi.Resource[];

  constructor({ ambient, labels }: MeshArgs, options: pulumi.ComponentResourceOptions) {
    super('ecommerce:kubernetes:Mesh', 'mesh', {}, options);
    const namespace = new k8s.core.v1.Namespace(
      'mesh',
      {
        metadata: {
          name: namespaces.mesh,
          // Its node agents change the node's network.
          labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' },
        },
      },
      { parent: this },
    );
    // Release and not Chart: the charts have hooks, which Chart leaves out.
    const release = (
      name: keyof typeof charts,
      values: Record<string, unknown>,
      after: readonly pulumi.Resource[],
    ) => {
      const { chart, version, repo } = charts[name];
      return new k8s.helm.v3.Release(
        name,
        {
          name,
          chart,
          version,
          ...(repo !== undefined && { repositoryOpts: { repo } }),
          namespace: namespace.metadata.name,
          values,
          atomic: true,
          timeout: 600,
        },
        { parent: this, dependsOn: [...after] },
      );
    };
    const definitions = release(
      'gateway-api',
      { crds: { gatewayAPI: { enabled: true, channel: 'standard' }, envoyGateway: { enabled: false } } },
      [],
    );
    const base = release('istio-base', {}, [definitions]);
    const profile = ambient ? { profile: 'ambient' } : {};
    const control = release('istiod', { ...profile, resources: controlPlane }, [base]);
    const agents = ambient
      ? [
          release('istio-cni', { profile: 'ambient', resources: nodeInstaller }, [control]),
          release('ztunnel', { resources: nodeAgent }, [control]),
        ]
      : [];
    this.ready = [definitions, base, control, ...agents];
    this.registerOutputs();
  }
}
