import { NatGateway } from '@pulumi/azure-native/network/natGateway.js';
import { NetworkSecurityGroup } from '@pulumi/azure-native/network/networkSecurityGroup.js';
import { PublicIPAddress } from '@pulumi/azure-native/network/publicIPAddress.js';
import { Subnet, type SubnetArgs } from '@pulumi/azure-native/network/subnet.js';
import { VirtualNetwork } from '@pulumi/azure-native/network/virtualNetwork.js';
import { PrivateZone } from '@pulumi/azure-native/privatedns/privateZone.js';
import { VirtualNetworkLink } from '@pulumi/azure-native/privatedns/virtualNetworkLink.js';
import type * as pulumi from '@pulumi/pulumi';
import { type AzureContext, Part } from './part.ts';

export const networkCidr = '10.0.0.0/16';
/** A subnet for each kind of neighbour: some services want one to themselves. */
export const subnetCidrs = {
  nodes: '10.0.0.0/20',
  database: '10.0.16.0/24',
  endpoints: '10.0.17.0/24',
  gateway: '10.0.18.0/24',
} as const;
type SubnetName = keyof typeof subnetCidrs;

/** To whom a subnet is handed over. */
const delegations: Partial<Record<SubnetName, string>> = {
  database: 'Microsoft.DBforPostgreSQL/flexibleServers',
  gateway: 'Microsoft.Web/serverFarms',
};

/** A virtual network: the nodes, and beside them what only they reach. */
export class Network extends Part {
  readonly networkId: pulumi.Output<string>;
  readonly subnetIds: Readonly<Record<SubnetName, pulumi.Output<string>>>;
  /** By which nodes are seen outside; undefined when it is the cluster's load balancer's. */
  readonly outboundAddress: pulumi.Output<string> | undefined;
  /** What must be there before a node can reach out. */
  readonly ready: pulumi.Resource[];

  constructor(context: AzureContext) {
    super('Network', 'network', context);
    const network = new VirtualNetwork(
      'network',
      { ...this.place, addressSpace: { addressPrefixes: [networkCidr] }, tags: this.tags },
      this.child,
    );
    this.networkId = network.id;
    const { gateway: wayOut, address } = this.createNat();
    this.outboundAddress = address;
    const subnets: Subnet[] = [];
    const subnet = (name: SubnetName, args: Pick<SubnetArgs, 'natGateway' | 'networkSecurityGroup'>) => {
      const serviceName = delegations[name];
      const made = new Subnet(
        name,
        {
          resourceGroupName: this.place.resourceGroupName,
          virtualNetworkName: network.name,
          subnetName: name,
          addressPrefix: subnetCidrs[name],
          // Nobody gets out by an address that Azure lends: only by the ways that are made here.
          defaultOutboundAccess: false,
          privateEndpointNetworkPolicies: 'Enabled',
          ...(serviceName && { delegations: [{ name: 'service', serviceName }] }),
          ...args,
        },
        // One after the other: a network takes one change at a time.
        { ...this.child, dependsOn: subnets.slice(-1) },
      );
      subnets.push(made);
      return made.id;
    };
    this.subnetIds = {
      // Without a group of its own: the cluster keeps one for its nodes, which opens what is published.
      nodes: subnet('nodes', { ...(wayOut && { natGateway: { id: wayOut.id } }) }),
      database: subnet('database', {
        networkSecurityGroup: { id: this.createGroup('database', 5432).id },
      }),
      endpoints: subnet('endpoints', {
        networkSecurityGroup: { id: this.createGroup('endpoints', 10_000).id },
      }),
      gateway: subnet('gateway', { networkSecurityGroup: { id: this.createGroup('gateway').id } }),
    };
    this.ready = [...subnets, ...(wayOut ? [wayOut] : [])];
    this.registerOutputs({ networkId: this.networkId });
  }

  /** A zone of names that only this network sees. */
  createPrivateZone(name: string, zoneName: string): { zone: PrivateZone; link: VirtualNetworkLink } {
    const { resourceGroupName } = this.place;
    const zone = new PrivateZone(
      name,
      { resourceGroupName, privateZoneName: zoneName, location: 'global', tags: this.tags },
      this.child,
    );
    const link = new VirtualNetworkLink(
      name,
      {
        resourceGroupName,
        privateZoneName: zone.name,
        location: 'global',
        registrationEnabled: false,
        virtualNetwork: { id: this.networkId },
        tags: this.tags,
      },
      this.child,
    );
    return { zone, link };
  }

  /** Lets the nodes in on one port, and nobody else in the network. */
  private createGroup(name: string, port?: number): NetworkSecurityGroup {
    const rule = { direction: 'Inbound', sourcePortRange: '*', destinationAddressPrefix: '*' } as const;
    return new NetworkSecurityGroup(
      name,
      {
        ...this.place,
        securityRules: [
          ...(port === undefined
            ? []
            : [
                {
                  ...rule,
                  name: 'nodes',
                  priority: 100,
                  access: 'Allow',
                  protocol: 'Tcp',
                  sourceAddressPrefix: subnetCidrs.nodes,
                  destinationPortRange: String(port),
                },
                // Of its own kind, as a primary and its standby are.
                {
                  ...rule,
                  name: 'neighbours',
                  priority: 110,
                  access: 'Allow',
                  protocol: '*',
                  sourceAddressPrefix: subnetCidrs[name as SubnetName],
                  destinationPortRange: '*',
                },
              ]),
          {
            ...rule,
            name: 'nobody',
            priority: 4000,
            access: 'Deny',
            protocol: '*',
            sourceAddressPrefix: 'VirtualNetwork',
            destinationPortRange: '*',
          },
        ],
        tags: this.tags,
      },
      this.child,
    );
  }

  /** One NAT gateway for all nodes, or none: then they go out by the cluster's load balancer. */
  private createNat(): { readonly gateway?: NatGateway; readonly address?: pulumi.Output<string> } {
    if (this.context.config.nat === 'none') return {};
    const address = new PublicIPAddress(
      'nat',
      { ...this.place, sku: { name: 'Standard' }, publicIPAllocationMethod: 'Static', tags: this.tags },
      this.child,
    );
    const gateway = new NatGateway(
      'nat',
      {
        ...this.place,
        sku: { name: 'Standard' },
        publicIpAddresses: [{ id: address.id }],
        idleTimeoutInMinutes: 4,
        tags: this.tags,
      },
      this.child,
    );
    return { gateway, address: address.ipAddress.apply((ip) => ip ?? '') };
  }
}
