import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { CollectorExport, PodIdentity } from '../contract.ts';
import { type Labels, nameLabel } from '../labels.ts';
import { collectorImage } from './charts.ts';
import { ports } from './places.ts';
import { containerSecurity, environmentList, podSecurity } from './pod.ts';

export interface CollectorArgs {
  readonly namespace: pulumi.Input<string>;
  readonly labels: Labels;
  readonly identity: PodIdentity;
  readonly serviceAccount: pulumi.Input<string>;
  readonly destination: CollectorExport;
  readonly after: readonly pulumi.Resource[];
}

export const collectorName = 'collector';
export const collectorUrl = `http://${collectorName}:${ports.otlp}`;

/** Takes the containers' traces and metrics, and passes them on to what the cloud has for them. */
export class Collector extends pulumi.ComponentResource {
  constructor(args: CollectorArgs, options: pulumi.ComponentResourceOptions) {
    super('ecommerce:kubernetes:Collector', collectorName, {}, options);
    const { namespace, labels, destination } = args;
    const child = { parent: this };
    const selector = { [nameLabel]: collectorName };
    const metadata = { name: collectorName, namespace, labels };
    const text = JSON.stringify(collectorConfiguration(destination), undefined, 2);
    // Its name changes with what is in it, so that another configuration starts other pods.
    const configuration = new k8s.core.v1.ConfigMap(
      collectorName,
      { metadata: { namespace, labels }, data: { 'collector.yaml': text }, immutable: true },
      child,
    );
    new k8s.core.v1.Service(
      collectorName,
      {
        metadata,
        spec: { selector, ports: [{ name: 'otlp-http', port: ports.otlp, targetPort: 'otlp-http' }] },
      },
      child,
    );
    new k8s.apps.v1.Deployment(
      collectorName,
      {
        metadata,
        spec: {
          replicas: 1,
          selector: { matchLabels: selector },
          template: {
            metadata: { labels: { ...labels, ...args.identity.podLabels } },
            spec: {
              serviceAccountName: args.serviceAccount,
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: podSecurity,
              containers: [
                {
                  name: collectorName,
                  image: collectorImage,
                  // YAML takes JSON.
                  args: ['--config=/etc/collector/collector.yaml'],
                  env: environmentList(destination.environment),
                  ports: [{ name: 'otlp-http', containerPort: ports.otlp }],
                  resources: {
                    requests: { memory: '128Mi', cpu: '50m' },
                    limits: { memory: '256Mi', cpu: '200m' },
                  },
                  securityContext: containerSecurity,
                  livenessProbe: { httpGet: { path: '/', port: ports.collectorHealth }, timeoutSeconds: 2 },
                  readinessProbe: { httpGet: { path: '/', port: ports.collectorHealth }, timeoutSeconds: 2 },
                  volumeMounts: [{ name: 'configuration', mountPath: '/etc/collector', readOnly: true }],
                },
              ],
              volumes: [{ name: 'configuration', configMap: { name: configuration.metadata.name } }],
            },
          },
        },
      },
      { ...child, dependsOn: [...args.after, ...args.identity.ready] },
    );
    this.registerOutputs();
  }
}

export function collectorConfiguration({ exporters, traces, metrics }: CollectorExport) {
  const receivers = ['otlp'];
  const processors = ['memory_limiter', 'batch'];
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `0.0.0.0:${ports.otlp}` } } } },
    processors: {
      memory_limiter: { check_interval: '1s', limit_mib: 200, spike_limit_mib: 40 },
      batch: { timeout: '2s' },
    },
    exporters,
    extensions: { health_check: { endpoint: `0.0.0.0:${ports.collectorHealth}` } },
    service: {
      extensions: ['health_check'],
      pipelines: {
        traces: { receivers, processors, exporters: traces },
        metrics: { receivers, processors, exporters: metrics },
      },
    },
  };
}
