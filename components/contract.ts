import type * as pulumi from '@pulumi/pulumi';
import type { GatewayRoute } from '../runtime/contracts/openapi.ts';
import type { TableDefinition } from '../runtime/function-service.ts';
import type { PlatformConfig } from './config/load.ts';
import type { CloudName } from './config/names.ts';
import type { Grant } from './grants.ts';
import type { Naming } from './naming.ts';
import type { ConsumerShape, FunctionShape, ScheduleShape } from './shop.ts';
import type { TagsOf } from './tags.ts';

/** A cloud that the platform can stand on. One of them is loaded, and no other. */
export interface CloudProvider {
  readonly cloud: CloudName;
  /** Begins a platform there: the provider with its region, the network and what logs go to. */
  open(context: CloudContext): Cloud;
}

export interface CloudContext {
  readonly config: PlatformConfig<pulumi.Output<string>>;
  readonly naming: Naming;
  readonly tags: TagsOf;
  /** Whose children all resources are, directly or not. */
  readonly parent: pulumi.ComponentResource;
}

/** Text of the environment, by name. */
export type Environment = Readonly<Record<string, pulumi.Input<string>>>;

/**
 * What the platform asks of a cloud, each thing once and in this order; what is made is known by its name
 * afterwards. Differences between clouds come back as data, never as the name of the cloud.
 */
export interface Cloud {
  /** Files that anybody may read, by HTTPS. */
  createStaticSite(name: string): StaticSite;
  createSecret(name: string, value: pulumi.Input<string>): Secret;
  createTable(definition: TableDefinition): void;
  createConsumer(consumer: ConsumerShape): void;
  createFunction(args: FunctionArgs): void;
  /** The SQL server; databases and roles are made by the bootstrap Job. */
  createDatabase(adminPassword: pulumi.Input<string>): SqlServer;
  createCache(): CacheServer;
  createRegistry(repositories: readonly string[]): Registry;
  createCluster(): Cluster;
  /** For pods of one service account. */
  createPodIdentity(args: PodIdentityArgs): PodIdentity;
  /** Settings that every container of the shop needs on this cloud, beside its own. */
  readonly containerEnvironment: Environment;
  /** What collects the containers' telemetry, and where it passes it on. */
  readonly collector: CollectorExport;
  /** `https://…` of the gateway, without a slash at its end: known before its routes are made. */
  readonly gatewayUrl: pulumi.Output<string>;
  /** The public way in: routes to functions and to the cluster. */
  createGateway(args: GatewayArgs): Gateway;
  createMonitoring(args: MonitoringArgs): Monitoring;
}

export interface StaticSite {
  /** `https://…`, without a slash at its end. */
  readonly url: pulumi.Output<string>;
  /** Puts a file at a path such as `/openapi.json`. */
  put(path: string, content: pulumi.Input<string>, contentType: string): pulumi.Resource;
  /** What must be there before anybody can read a file. */
  readonly ready: readonly pulumi.Resource[];
}

export interface Secret {
  /** By which the services' own adapter reads it. */
  readonly reference: pulumi.Output<string>;
  /** By which a person reads it with the cloud's own CLI. */
  readonly address: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
}

/** A file, and a digest of what is in it. */
export interface Archive {
  readonly path: string;
  readonly digest: string;
}

export interface FunctionArgs extends Pick<FunctionShape, 'name' | 'tables' | 'consumers'> {
  readonly schedules: readonly ScheduleShape[];
  /** A zip with `main.mjs`. */
  readonly archive: Archive;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Environment;
  readonly grants: readonly Grant[];
}

export interface SqlServer {
  readonly host: pulumi.Output<string>;
  readonly port: number;
  readonly adminUser: string;
  /** Of the database that is always there. */
  readonly adminDatabase: string;
  /** Authorities in PEM that vouch for it and that Node does not know. */
  readonly certificates?: string;
  /** What its addresses are among. */
  readonly cidrs: readonly string[];
  readonly ready: readonly pulumi.Resource[];
}

export interface CacheServer {
  /** `rediss://…`, with its password where it has one. */
  readonly url: pulumi.Output<string>;
  readonly port: number;
  readonly cidrs: readonly string[];
  readonly ready: readonly pulumi.Resource[];
}

export interface Registry {
  readonly address: pulumi.Output<string>;
  readonly username: pulumi.Output<string>;
  readonly password: pulumi.Output<string>;
  repository(name: string): {
    readonly url: pulumi.Output<string>;
    readonly ready: readonly pulumi.Resource[];
  };
}

export interface Cluster {
  /** Without a credential in it, or a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly kubeconfigCommand: pulumi.Output<string>;
  /** What must be there before a workload is made, and until it is gone. */
  readonly ready: readonly pulumi.Resource[];
  readonly ingress: ClusterIngress;
  /** Whose `X-Forwarded-For` is believed. */
  readonly proxyCidrs: readonly string[];
  /** Where a pod asks for its identity's credentials; its network policy allows it. */
  readonly identityEndpoints: readonly { readonly cidr: string; readonly port: number }[];
}

/** How requests come from the cloud's gateway into the cluster's. */
export interface ClusterIngress {
  /** Whether they come over the internet: then by TLS only, and with the key that the gateway is given. */
  readonly isPublic: boolean;
  readonly service: {
    readonly type: 'NodePort' | 'LoadBalancer';
    readonly nodePort?: number;
    readonly annotations?: Environment;
  };
}

export interface PodIdentityArgs {
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly grants: readonly Grant[];
}

export interface PodIdentity {
  readonly serviceAccountAnnotations: Environment;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly ready: readonly pulumi.Resource[];
}

/** Of the OpenTelemetry Collector's own configuration. */
export interface CollectorExport {
  readonly exporters: Readonly<Record<string, object>>;
  readonly traces: readonly string[];
  readonly metrics: readonly string[];
  readonly environment: Environment;
}

/** Where a route leads. */
export type RouteTarget =
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'cluster' }
  | { readonly kind: 'site'; readonly url: pulumi.Input<string> };

export interface RoutedRoute extends Pick<GatewayRoute, 'method' | 'path'> {
  /** A valid token must come with the request. */
  readonly needsToken: boolean;
  readonly target: RouteTarget;
}

export interface GatewayArgs {
  readonly routes: readonly RoutedRoute[];
  readonly issuer: pulumi.Output<string>;
  readonly audience: string;
  /** That the issuer's documents can be read: some clouds read them when the check is set up. */
  readonly issuerReady: readonly pulumi.Resource[];
  /** The header that lets a request into the cluster; there when the way in is public. */
  readonly entranceKey?: EntranceKey;
}

export interface EntranceKey {
  readonly header: string;
  readonly value: pulumi.Output<string>;
}

export interface Gateway {
  readonly ready: readonly pulumi.Resource[];
}

export interface MonitoringArgs {
  readonly functions: readonly string[];
  readonly containers: readonly string[];
  readonly consumers: readonly string[];
  readonly tables: readonly string[];
}

export interface Monitoring {
  readonly dashboardUrl: pulumi.Output<string>;
}
