import type { Values } from '../../../stand-ins/pulumi/simulator/values.ts';
import type { World } from './world.ts';

/** What is around most things on AWS: a network, and a cluster in it. */

export const [vpc, subnet, role] = ['aws:ec2/vpc:Vpc', 'aws:ec2/subnet:Subnet', 'aws:iam/role:Role'] as const;
const cluster = 'aws:eks/cluster:Cluster';
export const assumeRolePolicy = '{"Version":"2012-10-17","Statement":[]}';

export function network(world: World): { readonly vpcId: string; readonly subnetIds: string[] } {
  const { id: vpcId } = world.make(vpc, 'vpc', { cidrBlock: '10.0.0.0/16' });
  const subnetIds = ['a', 'b'].map(
    (zone, number) =>
      world.make(subnet, zone, {
        vpcId,
        cidrBlock: `10.0.${number}.0/24`,
        availabilityZone: `eu-west-1${zone}`,
      }).id,
  );
  return { vpcId, subnetIds };
}

/** After it, the Kubernetes provider has the cluster's kubeconfig. */
export function kubernetes(
  world: World,
  accessConfig?: Values,
): { readonly subnetIds: string[]; readonly roleArn: unknown } {
  const { subnetIds } = network(world);
  const roleArn = world.make(role, 'cluster', { assumeRolePolicy }).outputs.arn;
  const { outputs } = world.make(cluster, 'cluster', {
    name: 'cluster',
    roleArn,
    vpcConfig: { subnetIds },
    ...(accessConfig && { accessConfig }),
  });
  world.config.kubeconfig = JSON.stringify({ clusters: [{ cluster: { server: outputs.endpoint } }] });
  return { subnetIds, roleArn };
}
