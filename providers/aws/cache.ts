import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { CacheServer } from '../../components/contract.ts';
import type { Network } from './network.ts';
import { type AwsContext, Part } from './part.ts';

/** What the cache may cost at most: gigabytes kept, and processing units a second. */
const limits = {
  learn: { gigabytes: 1, unitsPerSecond: 1000 },
  production: { gigabytes: 10, unitsPerSecond: 10_000 },
};

/** ElastiCache Serverless for Valkey: by TLS only, and reached from the cluster only. */
export class Cache extends Part implements CacheServer {
  readonly url: pulumi.Output<string>;
  readonly port = 6379;
  readonly cidrs: readonly string[];
  readonly ready: readonly pulumi.Resource[];
  readonly cacheName: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;

  constructor(context: AwsContext, network: Network) {
    super('Cache', 'cache', context);
    const { config, naming } = context;
    const { gigabytes, unitsPerSecond } = limits[config.profile];
    const group = new aws.ec2.SecurityGroup(
      'cache',
      {
        vpcId: network.vpcId,
        namePrefix: naming.name('cache-', 60),
        description: 'The cache: only the cluster reaches it',
        tags: { ...this.tags, Name: naming.name('cache') },
      },
      this.child,
    );
    const cache = new aws.elasticache.ServerlessCache(
      'cache',
      {
        engine: 'valkey',
        majorEngineVersion: '8',
        name: naming.name('cache', 40),
        description: 'Answers of the catalogue',
        cacheUsageLimits: {
          dataStorage: { maximum: gigabytes, unit: 'GB' },
          ecpuPerSeconds: [{ maximum: unitsPerSecond }],
        },
        securityGroupIds: [group.id],
        subnetIds: network.privateSubnetIds,
        // All of it can be loaded again.
        snapshotRetentionLimit: 0,
        tags: this.tags,
      },
      this.child,
    );
    this.url = cache.endpoints.apply((endpoints) => {
      const { address = '', port = 6379 } = endpoints[0] ?? {};
      return `rediss://${address}:${port}`;
    });
    this.cacheName = cache.name;
    this.securityGroupId = group.id;
    this.cidrs = network.privateCidrs;
    this.ready = [cache];
    this.registerOutputs({ url: this.url });
  }

  /** Lets whoever is in a security group in. A second port is for reads from replicas. */
  allow(name: string, from: pulumi.Input<string>): aws.vpc.SecurityGroupIngressRule {
    return new aws.vpc.SecurityGroupIngressRule(
      `cache-${name}`,
      {
        securityGroupId: this.securityGroupId,
        referencedSecurityGroupId: from,
        ipProtocol: 'tcp',
        fromPort: this.port,
        toPort: this.port + 1,
        description: `Valkey from the ${name}`,
        tags: this.tags,
      },
      this.child,
    );
  }
}
