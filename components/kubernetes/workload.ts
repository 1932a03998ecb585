import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { type Labels, nameLabel } from '../labels.ts';
import { ports } from './places.ts';
import { podSpec, type RunArgs } from './pod.ts';

export interface WorkloadArgs extends RunArgs {
  readonly replicas: number;
  readonly replicasMax: number;
  /** On the Service, for the mesh. */
  readonly serviceLabels?: Labels;
}

/**
 * Kubernetes stops sending requests a moment after it told a pod to stop; the process itself then says that it is not
 * ready for five seconds more, and needs up to 22 to finish (entries/containers/run.ts). In seconds.
 */
const beforeStop = 5;
const stopSeconds = 40;

/** A service in the cluster: its pods, how they are reached, and what keeps enough of them there. */
export class Workload extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(args: WorkloadArgs, options: pulumi.ComponentResourceOptions) {
    super('ecommerce:kubernetes:Workload', args.name, {}, options);
    const { name, namespace, labels } = args;
    const child = { parent: this };
    const selector = { matchLabels: { [nameLabel]: name } };
    const metadata = { name, namespace, labels };
    const podLabels = { ...labels, ...args.identity.podLabels };
    // Not waited for by the pods: it is itself waited for until there are some.
    new k8s.core.v1.Service(
      name,
      {
        metadata: { ...metadata, labels: { ...labels, ...args.serviceLabels } },
        spec: {
          type: 'ClusterIP',
          selector: selector.matchLabels,
          ports: [
            { name: 'http', port: ports.service, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' },
          ],
        },
      },
      child,
    );
    this.deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata,
        // How many there are is the autoscaler's to say: a number here would be put back with every `up`.
        spec: {
          selector,
          revisionHistoryLimit: 3,
          progressDeadlineSeconds: 300,
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: {
            metadata: { labels: podLabels },
            spec: podSpec({
              ...args,
              container: {
                ports: [{ name: 'http', containerPort: ports.app, protocol: 'TCP' }],
                startupProbe: probe('/health', { periodSeconds: 2, failureThreshold: 30 }),
                livenessProbe: probe('/health', { periodSeconds: 10, failureThreshold: 3 }),
                readinessProbe: probe('/ready', { periodSeconds: 3, failureThreshold: 2 }),
                lifecycle: { preStop: { sleep: { seconds: beforeStop } } },
              },
              pod: {
                terminationGracePeriodSeconds: stopSeconds,
                topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(
                  (topologyKey) => ({
                    topologyKey,
                    maxSkew: 1,
                    whenUnsatisfiable: 'ScheduleAnyway',
                    labelSelector: selector,
                  }),
                ),
              },
            }),
          },
        },
      },
      { ...child, dependsOn: [...args.after, ...args.identity.ready] },
    );
    new k8s.policy.v1.PodDisruptionBudget(name, { metadata, spec: { selector, maxUnavailable: 1 } }, child);
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(
      name,
      {
        metadata,
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: this.deployment.metadata.name },
          minReplicas: args.replicas,
          maxReplicas: args.replicasMax,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
            },
          ],
        },
      },
      child,
    );
    this.registerOutputs();
  }
}

function probe(path: string, times: { readonly periodSeconds: number; readonly failureThreshold: number }) {
  return { httpGet: { path, port: 'http' }, timeoutSeconds: 2, ...times };
}
