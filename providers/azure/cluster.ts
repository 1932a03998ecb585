import { RoleAssignment } from '@pulumi/azure-native/authorization/roleAssignment.js';
import { listManagedClusterAdminCredentialsOutput } from '@pulumi/azure-native/containerservice/listManagedClusterAdminCredentials.js';
import { listManagedClusterUserCredentialsOutput } from '@pulumi/azure-native/containerservice/listManagedClusterUserCredentials.js';
import { ManagedCluster } from '@pulumi/azure-native/containerservice/managedCluster.js';
import { FederatedIdentityCredential } from '@pulumi/azure-native/managedidentity/federatedIdentityCredential.js';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import { DataCollectionRule } from '@pulumi/azure-native/monitor/dataCollectionRule.js';
import { DataCollectionRuleAssociation } from '@pulumi/azure-native/monitor/dataCollectionRuleAssociation.js';
import * as pulumi from '@pulumi/pulumi';
import type {
  Cluster as ClusterContract,
  ClusterIngress,
  PodIdentity,
  PodIdentityArgs,
} from '../../components/contract.ts';
import type { Monitoring } from './monitoring.ts';
import { type Network, networkCidr } from './network.ts';
import { type AzureContext, Part } from './part.ts';
import { assign, createIdentity, type Named, roleId } from './permissions.ts';
import type { Registry } from './registry.ts';

const diskGib = 32;
/** Outside of the network: pods and services have addresses that only the cluster knows. */
const podCidr = '10.244.0.0/16';
const service = { cidr: '10.245.0.0/16', dns: '10.245.0.10' };
/** At the end of the nodes' subnet, which gives addresses out from its beginning. */
const entranceAddress = '10.0.15.250';
/** The application that stands for every AKS cluster (github.com/Azure/kubelogin). */
const aksServerId = '6dae42f8-4368-4678-94ff-3960e28e3630';

/** AKS with one pool of nodes; access by Azure's roles, identities of pods by workload identity. */
export class Cluster extends Part implements ClusterContract {
  readonly kubeconfig: pulumi.Output<string>;
  readonly kubeconfigCommand: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  readonly ingress: ClusterIngress;
  /** The gateway's pods, and the nodes that their requests come by. */
  readonly proxyCidrs = [networkCidr, podCidr];
  /** None: tokens are exchanged with Entra ID, over the internet as any other call. */
  readonly identityEndpoints = [];
  readonly clusterId: pulumi.Output<string>;
  /** By which the gateway finds the cluster's own. */
  readonly entranceHost: pulumi.Output<string>;
  private readonly issuer: pulumi.Output<string>;

  constructor(context: AzureContext, network: Network, monitoring: Monitoring, registry: Registry) {
    super('Cluster', 'cluster', context);
    const { config, naming, tenantId } = context;
    const { resourceGroupName } = this.place;
    const production = config.profile === 'production';
    const identity = new UserAssignedIdentity('cluster', { ...this.place, tags: this.tags }, this.child);
    const mayJoin = assign(
      'cluster-network',
      { name: 'network', role: 'joinNetwork', scope: network.subnetIds.nodes },
      identity.principalId,
      context,
      this.child,
    );
    const cluster = new ManagedCluster(
      'cluster',
      {
        ...this.place,
        sku: { name: 'Base', tier: production ? 'Standard' : 'Free' },
        kubernetesVersion: config.kubernetesVersion,
        supportPlan: 'KubernetesOfficial',
        dnsPrefix: naming.name('cluster', 54),
        // Of what the cluster makes by itself: it goes with it.
        nodeResourceGroup: naming.name('nodes', 80),
        identity: { type: 'UserAssigned', userAssignedIdentities: [identity.id] },
        enableRBAC: true,
        aadProfile: { managed: true, enableAzureRBAC: true, tenantID: tenantId },
        disableLocalAccounts: production,
        oidcIssuerProfile: { enabled: true },
        securityProfile: { workloadIdentity: { enabled: true } },
        ...(config.clusterAccess.some((range) => range !== '0.0.0.0/0') && {
          apiServerAccessProfile: { authorizedIPRanges: accessRanges(config.clusterAccess, network) },
        }),
        autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'NodeImage' },
        agentPoolProfiles: [
          {
            name: 'nodes',
            mode: 'System',
            type: 'VirtualMachineScaleSets',
            vmSize: config.nodeSize,
            osType: 'Linux',
            // Its size by itself is 128 GB.
            osDiskSizeGB: diskGib,
            osDiskType: 'Managed',
            count: config.nodeCount,
            enableAutoScaling: true,
            minCount: config.nodeCountMin,
            maxCount: config.nodeCountMax,
            maxPods: 110,
            availabilityZones: Array.from({ length: config.zones }, (_, zone) => String(zone + 1)),
            enableNodePublicIP: false,
            vnetSubnetID: network.subnetIds.nodes,
            // One more while they are renewed: it counts against the quota of cores.
            upgradeSettings: { maxSurge: '1' },
            tags: this.tags,
          },
        ],
        networkProfile: {
          networkPlugin: 'azure',
          networkPluginMode: 'overlay',
          // Not Cilium, as Azure runs it: the ambient mesh needs a setting of it that Azure puts back.
          networkPolicy: 'calico',
          networkDataplane: 'azure',
          podCidr,
          serviceCidr: service.cidr,
          dnsServiceIP: service.dns,
          loadBalancerSku: 'standard',
          outboundType: config.nat === 'none' ? 'loadBalancer' : 'userAssignedNATGateway',
        },
        ...(production && {
          addonProfiles: {
            omsagent: {
              enabled: true,
              config: { logAnalyticsWorkspaceResourceID: monitoring.workspaceId, useAADAuth: 'true' },
            },
          },
        }),
        tags: this.tags,
      },
      {
        ...this.keeper,
        dependsOn: [mayJoin, ...network.ready],
        // How many there are just now is for whoever scales them.
        ignoreChanges: ['agentPoolProfiles[0].count'],
        customTimeouts: { create: '45m', update: '60m', delete: '45m' },
      },
    );
    this.clusterId = cluster.id;
    this.issuer = cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? '');
    const maySeeImages = assign(
      'cluster-images',
      { name: 'images', role: 'pullImages', scope: registry.registryId },
      // Of the nodes' own identity, and its object: neither the cluster's nor the client's id would do.
      cluster.identityProfile.apply((profile) => profile?.kubeletidentity?.objectId ?? ''),
      context,
      this.child,
    );
    const access = this.createAccess(cluster.id);
    const names = { resourceGroupName, resourceName: cluster.name };
    this.kubeconfig = production
      ? kubeconfigOf(
          listManagedClusterUserCredentialsOutput(names, { ...this.child, dependsOn: access }).kubeconfigs,
        )
      : pulumi.secret(
          textOf(
            listManagedClusterAdminCredentialsOutput(names, { ...this.child, dependsOn: access }).kubeconfigs,
          ),
        );
    this.kubeconfigCommand = pulumi.interpolate`az aks get-credentials --resource-group ${resourceGroupName} --name ${cluster.name}${production ? '' : ' --admin'}`;
    const dnsLabel = pulumi.interpolate`${naming.prefix}${cluster.name}`;
    const annotation = (name: string) => `service.beta.kubernetes.io/azure-${name}`;
    // A balancer of the cluster's own making stands in the cluster's own resource group, and goes with it.
    this.ingress = {
      isPublic: !production,
      service: {
        type: 'LoadBalancer',
        annotations: production
          ? {
              [annotation('load-balancer-internal')]: 'true',
              [annotation('load-balancer-ipv4')]: entranceAddress,
            }
          : { [annotation('dns-label-name')]: dnsLabel },
      },
    };
    this.entranceHost = production
      ? pulumi.output(entranceAddress)
      : pulumi.interpolate`${dnsLabel}.${config.region}.cloudapp.azure.com`;
    const insights = production ? this.createObservability(cluster, monitoring) : [];
    this.ready = [cluster, maySeeImages, ...access, ...insights];
    this.registerOutputs({ clusterName: cluster.name });
  }

  /** An identity that the pods of one service account have. */
  createPodIdentity({ name, namespace, serviceAccount, grants }: PodIdentityArgs, named: Named): PodIdentity {
    const identity = createIdentity(`pod-${name}`, 'cluster', { grants }, named, this.context, this.child);
    const credential = new FederatedIdentityCredential(
      `pod-${name}`,
      {
        resourceGroupName: this.place.resourceGroupName,
        resourceName: identity.resourceName,
        federatedIdentityCredentialResourceName: serviceAccount,
        issuer: this.issuer,
        subject: `system:serviceaccount:${namespace}:${serviceAccount}`,
        audiences: ['api://AzureADTokenExchange'],
      },
      this.child,
    );
    return {
      serviceAccountAnnotations: { 'azure.workload.identity/client-id': identity.clientId },
      podLabels: { 'azure.workload.identity/use': 'true' },
      ready: [...identity.ready, credential],
    };
  }

  /** Whoever is named, or whoever runs the program. */
  private createAccess(clusterId: pulumi.Output<string>): pulumi.Resource[] {
    const { clusterAdmins, profile } = this.context.config;
    const principals: (readonly [string, pulumi.Input<string>])[] =
      clusterAdmins.length > 0
        ? clusterAdmins.map((id) => [id, id])
        : [['deployer', this.context.deployerId]];
    // In `learn` the cluster has an account of its own, which is nobody's.
    if (profile === 'learn' && clusterAdmins.length === 0) return [];
    return principals.map(
      ([name, principalId]) =>
        // Without the kind of principal: it may be a person, a group or a service, and it is known to the directory.
        new RoleAssignment(
          `admin-${name}`,
          {
            principalId,
            roleDefinitionId: roleId('administerCluster', this.context.subscriptionId),
            scope: clusterId,
          },
          this.child,
        ),
    );
  }

  /** Azure's own view of the cluster: the add-on gathers nothing until a rule says what, and for whom. */
  private createObservability(cluster: ManagedCluster, monitoring: Monitoring): pulumi.Resource[] {
    const rule = new DataCollectionRule(
      'insights',
      {
        ...this.place,
        kind: 'Linux',
        dataSources: {
          extensions: [
            {
              name: 'ContainerInsightsExtension',
              extensionName: 'ContainerInsights',
              streams: ['Microsoft-ContainerInsights-Group-Default'],
              extensionSettings: {
                dataCollectionSettings: {
                  interval: '1m',
                  namespaceFilteringMode: 'Off',
                  enableContainerLogV2: true,
                },
              },
            },
          ],
        },
        destinations: {
          logAnalytics: [{ name: 'workspace', workspaceResourceId: monitoring.workspaceId }],
        },
        dataFlows: [{ streams: ['Microsoft-ContainerInsights-Group-Default'], destinations: ['workspace'] }],
        tags: this.tags,
      },
      this.child,
    );
    const association = new DataCollectionRuleAssociation(
      'insights',
      {
        associationName: 'ContainerInsightsExtension',
        resourceUri: cluster.id,
        dataCollectionRuleId: rule.id,
      },
      this.child,
    );
    return [association];
  }
}

/** The nodes are among those who ask: by the NAT gateway's address, where there is one. */
function accessRanges(ranges: readonly string[], { outboundAddress }: Network): pulumi.Input<string>[] {
  return [...ranges, ...(outboundAddress ? [pulumi.interpolate`${outboundAddress}/32`] : [])];
}

type Kubeconfigs = pulumi.Output<readonly { readonly value?: string }[]>;

const textOf = (kubeconfigs: Kubeconfigs): pulumi.Output<string> =>
  kubeconfigs.apply((all) => Buffer.from(all[0]?.value ?? '', 'base64').toString());

/** Asks Entra ID for a token each time, as whoever `az` or the pipeline has logged in. */
function kubeconfigOf(kubeconfigs: Kubeconfigs): pulumi.Output<string> {
  const given = textOf(kubeconfigs);
  const field = (name: string) =>
    given.apply((text) => new RegExp(`^\\s*${name}: (\\S+)$`, 'm').exec(text)?.[1] ?? '');
  return pulumi.jsonStringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'cluster',
        cluster: {
          server: field('server'),
          'certificate-authority-data': field('certificate-authority-data'),
        },
      },
    ],
    contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: 'azure' } }],
    'current-context': 'cluster',
    users: [
      {
        name: 'azure',
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'kubelogin',
            args: ['get-token', '--login', 'azurecli', '--server-id', aksServerId],
            interactiveMode: 'Never',
          },
        },
      },
    ],
  });
}
