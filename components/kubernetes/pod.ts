import type { types } from '@pulumi/kubernetes';
import type { Input, Resource } from '@pulumi/pulumi';
import type { Environment, PodIdentity } from '../contract.ts';
import type { Labels } from '../labels.ts';

export type ContainerSpec = types.input.core.v1.Container;
export type PodSpec = types.input.core.v1.PodSpec;

/** A container that may do nothing but run: what the `restricted` standard asks for, and a root that is read only. */
export const containerSecurity: types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export const podSecurity: types.input.core.v1.PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  fsGroup: 1000,
  seccompProfile: { type: 'RuntimeDefault' },
};

export const usualResources: types.input.core.v1.ResourceRequirements = {
  requests: { memory: '128Mi', cpu: '100m' },
  limits: { memory: '256Mi', cpu: '200m' },
};

const certificatesVolume = 'certificates';
const certificatesFolder = '/etc/shop/certificates';
export const certificatesFile = 'authorities.pem';

export interface PodArgs {
  readonly name: string;
  readonly image: Input<string>;
  readonly environment: Environment;
  readonly serviceAccount: Input<string>;
  /** A ConfigMap with `authorities.pem`: who Node trusts beside those it knows. */
  readonly certificates?: Input<string>;
  readonly container?: Partial<ContainerSpec>;
  readonly pod?: Partial<PodSpec>;
}

/** What runs in the cluster on its own image, whether it serves or is done once. */
export interface RunArgs extends Omit<PodArgs, 'container' | 'pod'> {
  readonly namespace: Input<string>;
  readonly labels: Labels;
  readonly identity: PodIdentity;
  /** What must have happened before a pod of it starts, such as its migration. */
  readonly after: readonly Resource[];
}

/** A pod of one container, closed as far as it goes. */
export function podSpec(args: PodArgs): PodSpec {
  const { certificates } = args;
  const trust = certificates
    ? { NODE_EXTRA_CA_CERTS: `${certificatesFolder}/${certificatesFile}` }
    : undefined;
  return {
    serviceAccountName: args.serviceAccount,
    // The cloud's identity comes by another way; Kubernetes' own API is nobody's business here.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity,
    containers: [
      {
        name: args.name,
        image: args.image,
        env: environmentList({ ...args.environment, ...trust }),
        resources: usualResources,
        securityContext: containerSecurity,
        volumeMounts: [
          { name: 'tmp', mountPath: '/tmp' },
          ...(certificates
            ? [{ name: certificatesVolume, mountPath: certificatesFolder, readOnly: true }]
            : []),
        ],
        ...args.container,
      },
    ],
    volumes: [
      { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
      ...(certificates ? [{ name: certificatesVolume, configMap: { name: certificates } }] : []),
    ],
    ...args.pod,
  };
}

/** Sorted, so that the order in which settings are put together changes nothing. */
export function environmentList(environment: Environment): types.input.core.v1.EnvVar[] {
  return Object.entries(environment)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}
