import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { type AwsContext, Part } from './part.ts';

/**
 * Zones in which a cluster or a VPC link cannot be made, by their ids: names differ between accounts
 * (EKS user guide, network requirements; API Gateway guide, VPC links).
 */
export const unfitZoneIds = ['use1-az3', 'usw1-az2', 'cac1-az3'];

export const networkCidr = '10.0.0.0/16';
const publicCidr = (zone: number) => `10.0.${zone * 16}.0/20`;
/** The lower half of the network is public, the upper one private. */
const privateCidr = (zone: number) => `10.0.${128 + zone * 16}.0/20`;

/** A VPC: in each zone a public subnet and a private one, which has a way out only through NAT. */
export class Network extends Part {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly privateCidrs: readonly string[];
  /** Where nodes stand: they need a way out to images and to AWS. */
  readonly nodeSubnetIds: pulumi.Output<string>[];
  /** What must be there before a node can reach out. */
  readonly ready: pulumi.Resource[];

  constructor(context: AwsContext) {
    super('Network', 'network', context);
    const { config, naming } = context;
    const named = (part: string) => ({ ...this.tags, Name: naming.name(part) });
    const vpc = new aws.ec2.Vpc(
      'network',
      { cidrBlock: networkCidr, enableDnsHostnames: true, enableDnsSupport: true, tags: named('network') },
      this.child,
    );
    this.vpcId = vpc.id;
    // Nobody's, and so it lets nothing through.
    new aws.ec2.DefaultSecurityGroup(
      'network-default',
      { vpcId: vpc.id, ingress: [], egress: [], tags: named('default-closed') },
      this.child,
    );
    const zones = aws.getAvailabilityZonesOutput(
      {
        state: 'available',
        excludeZoneIds: unfitZoneIds,
        filters: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
      },
      this.child,
    );
    const zoneNumbers = Array.from({ length: config.zones }, (_, zone) => zone);
    const subnet = (kind: 'public' | 'private', zone: number) =>
      new aws.ec2.Subnet(
        `${kind}-${zone}`,
        {
          vpcId: vpc.id,
          availabilityZone: zones.names.apply((names) => names[zone] ?? ''),
          cidrBlock: kind === 'public' ? publicCidr(zone) : privateCidr(zone),
          // Without it a node there has no address, and the node group fails.
          mapPublicIpOnLaunch: kind === 'public',
          tags: named(`${kind}-${zone}`),
        },
        this.child,
      );
    const publicSubnets = zoneNumbers.map((zone) => subnet('public', zone));
    const privateSubnets = zoneNumbers.map((zone) => subnet('private', zone));
    this.publicSubnetIds = publicSubnets.map(({ id }) => id);
    this.privateSubnetIds = privateSubnets.map(({ id }) => id);
    this.privateCidrs = zoneNumbers.map(privateCidr);

    const internet = new aws.ec2.InternetGateway(
      'internet',
      { vpcId: vpc.id, tags: named('internet') },
      this.child,
    );
    const routeTable = (name: string, subnets: readonly aws.ec2.Subnet[]) => {
      const table = new aws.ec2.RouteTable(name, { vpcId: vpc.id, tags: named(name) }, this.child);
      const associations = subnets.map(
        (one, at) =>
          new aws.ec2.RouteTableAssociation(
            `${name}-${at}`,
            { routeTableId: table.id, subnetId: one.id },
            this.child,
          ),
      );
      return { table, associations };
    };
    const open = routeTable('public', publicSubnets);
    const wayOut = new aws.ec2.Route(
      'public-internet',
      { routeTableId: open.table.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: internet.id },
      this.child,
    );
    const closed = privateSubnets.map((one, zone) => routeTable(`private-${zone}`, [one]));
    const natRoutes = this.createNat(
      publicSubnets,
      closed.map(({ table }) => table),
      wayOut,
      named,
    );
    this.createEndpoints([open.table, ...closed.map(({ table }) => table)], named);
    this.nodeSubnetIds = config.nat === 'none' ? this.publicSubnetIds : this.privateSubnetIds;
    this.ready = [
      wayOut,
      ...open.associations,
      ...closed.flatMap(({ associations }) => associations),
      ...natRoutes,
    ];
    this.registerOutputs({ vpcId: this.vpcId });
  }

  /** One NAT gateway for all zones, one in each, or none. */
  private createNat(
    publicSubnets: readonly aws.ec2.Subnet[],
    privateTables: readonly aws.ec2.RouteTable[],
    wayOut: pulumi.Resource,
    named: (part: string) => Record<string, string>,
  ): pulumi.Resource[] {
    const { nat } = this.context.config;
    if (nat === 'none') return [];
    const hosts = nat === 'single' ? publicSubnets.slice(0, 1) : publicSubnets;
    const gateways = hosts.map((one, zone) => {
      const address = new aws.ec2.Eip(
        `nat-${zone}`,
        { domain: 'vpc', tags: named(`nat-${zone}`) },
        this.child,
      );
      return new aws.ec2.NatGateway(
        `nat-${zone}`,
        { subnetId: one.id, allocationId: address.id, tags: named(`nat-${zone}`) },
        { ...this.child, dependsOn: [wayOut] },
      );
    });
    return privateTables.map((table, zone) => {
      const gateway = gateways[zone] ?? gateways[0];
      return new aws.ec2.Route(
        `private-${zone}-nat`,
        { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0', natGatewayId: gateway?.id },
        this.child,
      );
    });
  }

  /** Gateway endpoints cost nothing, and image layers (S3) are most of what goes out. */
  private createEndpoints(
    tables: readonly aws.ec2.RouteTable[],
    named: (part: string) => Record<string, string>,
  ): void {
    for (const service of ['s3', 'dynamodb'])
      new aws.ec2.VpcEndpoint(
        `endpoint-${service}`,
        {
          vpcId: this.vpcId,
          serviceName: `com.amazonaws.${this.context.config.region}.${service}`,
          vpcEndpointType: 'Gateway',
          routeTableIds: tables.map(({ id }) => id),
          tags: named(service),
        },
        this.child,
      );
  }
}
