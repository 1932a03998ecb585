import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { type LabelsOf, nameLabel } from '../labels.ts';
import { meshProbeCidrs, ports } from './places.ts';

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;
type Port = k8s.types.input.networking.v1.NetworkPolicyPort;

/** Pods of this namespace, by the names of their services. */
export const pods = (...names: readonly string[]): Peer[] =>
  names.map((name) => ({ podSelector: { matchLabels: { [nameLabel]: name } } }));

export const addresses = (...cidrs: readonly string[]): Peer[] =>
  cidrs.map((cidr) => ({ ipBlock: { cidr } }));

export const namespaceOf = (name: string): Peer[] => [
  { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } },
];

export interface Rule {
  readonly peers: readonly Peer[];
  readonly port: number;
}

export interface WorkloadPolicy {
  readonly name: string;
  readonly from: readonly Rule[];
  readonly to: readonly Rule[];
}

export interface NetworkPoliciesArgs {
  readonly namespace: pulumi.Input<string>;
  readonly labels: LabelsOf;
  readonly meshed: boolean;
  readonly policies: readonly WorkloadPolicy[];
}

/** Nothing comes in or goes out, but what is named: one policy for each workload, and names for all. */
export class NetworkPolicies extends pulumi.ComponentResource {
  readonly all: pulumi.Resource[];

  constructor(
    { namespace, labels, meshed, policies }: NetworkPoliciesArgs,
    options: pulumi.ComponentResourceOptions,
  ) {
    super('ecommerce:kubernetes:NetworkPolicies', 'network-policies', {}, options);
    const policy = (name: string, spec: k8s.types.input.networking.v1.NetworkPolicySpec) =>
      new k8s.networking.v1.NetworkPolicy(
        name,
        { metadata: { name, namespace, labels: labels(name, 'network') }, spec },
        { parent: this },
      );
    const everybody = {};
    this.all = [
      policy('nothing', { podSelector: everybody, policyTypes: ['Ingress', 'Egress'] }),
      policy('names', {
        podSelector: everybody,
        policyTypes: ['Egress'],
        egress: [
          {
            to: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
                podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
              },
            ],
            ports: [
              { port: 53, protocol: 'UDP' },
              { port: 53, protocol: 'TCP' },
            ],
          },
        ],
      }),
      ...(meshed ? [policy('mesh', probesOfMesh)] : []),
      ...policies.map(({ name, from, to }) =>
        policy(name, {
          podSelector: { matchLabels: { [nameLabel]: name } },
          policyTypes: ['Ingress', 'Egress'],
          // Through the mesh a request comes to the mesh's port, and by itself to the service's own.
          ingress: from.map(({ peers, port }) => ({ from: [...peers], ports: portsOf(port, meshed) })),
          egress: to.map(({ peers, port }) => ({ to: [...peers], ports: portsOf(port, meshed) })),
        }),
      ),
    ];
    this.registerOutputs();
  }
}

function portsOf(port: number, meshed: boolean): Port[] {
  const inMesh = meshed && (port === ports.app || port === ports.otlp);
  return [port, ...(inMesh ? [ports.mesh] : [])].map((one) => ({ port: one, protocol: 'TCP' }));
}

/** Probes come from an address of the mesh's own, to whatever port they are for. */
const probesOfMesh: k8s.types.input.networking.v1.NetworkPolicySpec = {
  podSelector: {},
  policyTypes: ['Ingress'],
  ingress: [{ from: addresses(...meshProbeCidrs) }],
};
