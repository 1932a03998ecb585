import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { type Cluster, entrancePort } from './cluster.ts';
import type { Network } from './network.ts';
import { type AwsContext, Part } from './part.ts';

/**
 * The way from the gateway into the cluster: a VPC link, an internal load balancer, and the nodes behind it on one
 * fixed port. All of it is made here and none of it by a controller in the cluster, whose load balancers would
 * outlive the cluster and keep the network from being deleted.
 */
export class Entrance extends Part {
  readonly vpcLinkId: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];

  constructor(context: AwsContext, network: Network, cluster: Cluster) {
    super('Entrance', 'entrance', context);
    const { naming } = context;
    const group = (name: string, description: string) =>
      new aws.ec2.SecurityGroup(
        name,
        {
          vpcId: network.vpcId,
          namePrefix: naming.name(`${name}-`, 60),
          description,
          tags: { ...this.tags, Name: naming.name(name) },
        },
        this.child,
      );
    const linkGroup = group('link', 'The API gateway, as it comes into the network');
    const balancerGroup = group('balancer', 'The load balancer in front of the cluster');
    const rules = [
      new aws.vpc.SecurityGroupEgressRule(
        'link-balancer',
        {
          securityGroupId: linkGroup.id,
          referencedSecurityGroupId: balancerGroup.id,
          ipProtocol: 'tcp',
          fromPort: 80,
          toPort: 80,
          tags: this.tags,
        },
        this.child,
      ),
      new aws.vpc.SecurityGroupIngressRule(
        'balancer-link',
        {
          securityGroupId: balancerGroup.id,
          referencedSecurityGroupId: linkGroup.id,
          ipProtocol: 'tcp',
          fromPort: 80,
          toPort: 80,
          tags: this.tags,
        },
        this.child,
      ),
      new aws.vpc.SecurityGroupEgressRule(
        'balancer-nodes',
        {
          securityGroupId: balancerGroup.id,
          referencedSecurityGroupId: cluster.securityGroupId,
          ipProtocol: 'tcp',
          fromPort: entrancePort,
          toPort: entrancePort,
          tags: this.tags,
        },
        this.child,
      ),
      // Targets see the address of who sends, which is the link's; the balancer's own checks come from its subnets too.
      ...network.privateCidrs.map(
        (cidrIpv4, zone) =>
          new aws.vpc.SecurityGroupIngressRule(
            `nodes-entrance-${zone}`,
            {
              securityGroupId: cluster.securityGroupId,
              cidrIpv4,
              ipProtocol: 'tcp',
              fromPort: entrancePort,
              toPort: entrancePort,
              tags: this.tags,
            },
            this.child,
          ),
      ),
    ];
    const link = new aws.apigatewayv2.VpcLink(
      'cluster',
      {
        name: naming.name('cluster'),
        subnetIds: network.privateSubnetIds,
        securityGroupIds: [linkGroup.id],
        tags: this.tags,
      },
      this.child,
    );
    const balancer = new aws.lb.LoadBalancer(
      'cluster',
      {
        // At most 32 characters.
        name: naming.name('cluster', 32),
        loadBalancerType: 'network',
        internal: true,
        subnets: network.privateSubnetIds,
        securityGroups: [balancerGroup.id],
        enableCrossZoneLoadBalancing: true,
        tags: this.tags,
      },
      this.child,
    );
    const targets = new aws.lb.TargetGroup(
      'cluster',
      {
        name: naming.name('nodes', 32),
        vpcId: network.vpcId,
        port: entrancePort,
        protocol: 'TCP',
        targetType: 'instance',
        deregistrationDelay: 30,
        healthCheck: { protocol: 'TCP', interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
        tags: this.tags,
      },
      this.child,
    );
    const listener = new aws.lb.Listener(
      'cluster',
      {
        loadBalancerArn: balancer.arn,
        port: 80,
        protocol: 'TCP',
        defaultActions: [{ type: 'forward', targetGroupArn: targets.arn }],
        tags: this.tags,
      },
      this.child,
    );
    // Replaced with the node group, whose group of machines has another name then.
    const attachment = new aws.autoscaling.Attachment(
      'cluster',
      { autoscalingGroupName: cluster.autoscalingGroupName, lbTargetGroupArn: targets.arn },
      this.child,
    );
    this.vpcLinkId = link.id;
    this.listenerArn = listener.arn;
    this.ready = [link, listener, attachment, ...rules];
    this.registerOutputs();
  }
}
