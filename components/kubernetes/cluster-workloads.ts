import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cloud, Cluster, Environment, PodIdentity } from '../contract.ts';
import type { EntranceLock } from '../entrance-lock.ts';
import { type Grant, grantsOfBootstrap, grantsOfCollector, grantsOfContainer } from '../grants.ts';
import type { LabelsOf } from '../labels.ts';
import type { ContainerShape, Shop } from '../shop.ts';
import { Collector, collectorName, collectorUrl } from './collector.ts';
import { Entrance } from './entrance.ts';
import { createTask } from './job.ts';
import { Mesh } from './mesh.ts';
import { entrance, MeshPolicies, throughWaypoint, waypointLabels } from './mesh-policies.ts';
import { NetworkPolicies } from './network-policies.ts';
import { namespaces, ports } from './places.ts';
import { certificatesFile } from './pod.ts';
import { bootstrapName, type Reachable, workloadPolicies } from './reach.ts';
import { Workload } from './workload.ts';

export interface ClusterWorkloadsArgs extends Reachable {
  readonly shop: Shop;
  readonly cloud: Cloud;
  readonly cluster: Cluster;
  readonly labels: LabelsOf;
  readonly meshed: boolean;
  readonly replicas: number;
  readonly replicasMax: number;
  readonly entranceReplicas: number;
  /** There when the way into the cluster is public. */
  readonly lock?: EntranceLock;
  readonly imageOf: (name: string) => pulumi.Input<string>;
  /** Of a service, beside what every container has. */
  readonly environmentOf: (container: ContainerShape) => Environment;
  /** Of the databases' Job. */
  readonly databasesEnvironment: Environment;
  /** Authorities of the database, for Node to know. */
  readonly certificates?: string;
  /** What a workload reads must be there first. */
  readonly dataReady: readonly pulumi.Resource[];
}

/** All that runs in the cluster: what it stands on, the services, and what lets them talk to each other. */
export class ClusterWorkloads extends pulumi.ComponentResource {
  readonly entranceReady: readonly pulumi.Resource[];
  private readonly args: ClusterWorkloadsArgs;
  private readonly namespace: pulumi.Output<string>;
  private readonly certificates: pulumi.Output<string> | undefined;
  private readonly bootstrap: {
    readonly identity: PodIdentity;
    readonly serviceAccount: pulumi.Output<string>;
  };
  private readonly deployments: pulumi.Resource[];

  constructor(args: ClusterWorkloadsArgs, options: pulumi.ComponentResourceOptions) {
    const provider = new k8s.Provider(
      'kubernetes',
      { kubeconfig: args.cluster.kubeconfig, enableServerSideApply: true },
      { parent: options.parent, dependsOn: [...args.cluster.ready] },
    );
    super('ecommerce:kubernetes:ClusterWorkloads', 'workloads', {}, { ...options, providers: [provider] });
    this.args = args;
    const { shop, labels, meshed, cluster } = args;
    const child = { parent: this };
    const mesh = new Mesh({ ambient: meshed, labels: labels('mesh', 'mesh') }, child);
    const namespace = new k8s.core.v1.Namespace(
      'shop',
      {
        metadata: {
          name: namespaces.shop,
          labels: {
            ...labels('shop'),
            'pod-security.kubernetes.io/enforce': 'restricted',
            'pod-security.kubernetes.io/warn': 'restricted',
            ...(meshed && { 'istio.io/dataplane-mode': 'ambient' }),
          },
        },
      },
      // Pods join the mesh when they start.
      { ...child, dependsOn: [...mesh.ready] },
    );
    this.namespace = namespace.metadata.name;
    if (args.certificates !== undefined)
      this.certificates = new k8s.core.v1.ConfigMap(
        'certificates',
        {
          metadata: { name: 'certificates', namespace: this.namespace, labels: labels('certificates') },
          data: { [certificatesFile]: args.certificates },
        },
        child,
      ).metadata.name;
    const policies = new NetworkPolicies(
      {
        namespace: this.namespace,
        labels,
        meshed,
        policies: workloadPolicies(shop, { ...args, identityEndpoints: cluster.identityEndpoints, meshed }),
      },
      child,
    );
    const collector = this.identityOf(collectorName, grantsOfCollector);
    new Collector(
      {
        namespace: this.namespace,
        labels: labels(collectorName, 'telemetry'),
        ...collector,
        destination: args.cloud.collector,
        after: policies.all,
      },
      child,
    );
    this.bootstrap = this.identityOf(bootstrapName, grantsOfBootstrap(shop));
    const databases = this.runBootstrap('databases', args.databasesEnvironment, [
      ...policies.all,
      ...args.dataReady,
    ]);
    this.deployments = shop.containers.map((container) => this.deploy(container, databases, policies.all));
    const clusterEntrance = new Entrance(
      {
        labels: labels('entrance', 'entrance'),
        ingress: cluster.ingress,
        ...(args.lock && { lock: args.lock }),
        routes: shop.routes,
        services: shop.containers.map(({ name }) => name),
        shopNamespace: this.namespace,
        replicas: args.entranceReplicas,
        after: mesh.ready,
      },
      child,
    );
    if (meshed)
      new MeshPolicies(
        {
          namespace: this.namespace,
          labels: labels('mesh', 'mesh'),
          callers: {
            ...Object.fromEntries(
              shop.containers.map(({ name, calledBy }) => [
                name,
                [entrance, ...(calledBy.length > 0 ? [throughWaypoint] : [])],
              ]),
            ),
            [collectorName]: shop.containers.map(({ name }) => name),
          },
          entranceNamespace: clusterEntrance.namespace,
          after: mesh.ready,
          keyReaders: shop.containers.find(({ holdsTokenKeys }) => holdsTokenKeys)?.calledBy ?? [],
        },
        child,
      );
    this.entranceReady = clusterEntrance.ready;
    this.registerOutputs();
  }

  /** The first administrator and the catalogue, once all of the shop answers. */
  openShop(environment: Environment, after: readonly pulumi.Resource[]): void {
    this.runBootstrap('shop', environment, [...this.deployments, ...after]);
  }

  private deploy(
    container: ContainerShape,
    databases: pulumi.Resource,
    policies: readonly pulumi.Resource[],
  ): pulumi.Resource {
    const { args, namespace, certificates } = this;
    const { name, calledBy } = container;
    const common = {
      namespace,
      labels: args.labels(name),
      image: args.imageOf(name),
      ...this.identityOf(name, grantsOfContainer(container)),
      certificates,
    };
    const environment: Environment = {
      ...args.cloud.containerEnvironment,
      ...args.environmentOf(container),
      HOST: '0.0.0.0',
      PORT: String(ports.app),
      TRUSTED_PROXIES: ['loopback', ...args.cluster.proxyCidrs].join(','),
      OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    };
    const migration = createTask(
      {
        ...common,
        name: `${name}-migrate`,
        labels: args.labels(bootstrapName, name),
        argument: 'migrate',
        environment,
        after: [databases],
      },
      this,
    );
    const workload = new Workload(
      {
        ...common,
        name,
        environment,
        replicas: args.replicas,
        replicasMax: args.replicasMax,
        ...(args.meshed && calledBy.length > 0 && { serviceLabels: waypointLabels }),
        after: [migration, ...policies],
      },
      { parent: this },
    );
    return workload.deployment;
  }

  private runBootstrap(
    step: 'databases' | 'shop',
    environment: Environment,
    after: readonly pulumi.Resource[],
  ): pulumi.Resource {
    const { args } = this;
    return createTask(
      {
        name: `${bootstrapName}-${step}`,
        namespace: this.namespace,
        labels: args.labels(bootstrapName),
        image: args.imageOf(bootstrapName),
        argument: step,
        environment: { ...args.cloud.containerEnvironment, ...environment },
        ...this.bootstrap,
        certificates: this.certificates,
        after,
      },
      this,
    );
  }

  /** A service account, and what its pods may do in the cloud. */
  private identityOf(name: string, grants: readonly Grant[]) {
    const identity = this.args.cloud.createPodIdentity({
      name,
      namespace: namespaces.shop,
      serviceAccount: name,
      grants,
    });
    const account = new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: {
          name,
          namespace: this.namespace,
          labels: this.args.labels(name),
          annotations: identity.serviceAccountAnnotations,
        },
        automountServiceAccountToken: false,
      },
      { parent: this },
    );
    return { identity, serviceAccount: account.metadata.name };
  }
}
