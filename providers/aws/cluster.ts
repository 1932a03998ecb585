import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster as ClusterContract, PodIdentity, PodIdentityArgs } from '../../components/contract.ts';
import type { Monitoring } from './monitoring.ts';
import { type Network, networkCidr } from './network.ts';
import { type AwsContext, Part } from './part.ts';
import { type Named, policyText, statementsOf, trustText } from './permissions.ts';

/** The port of every node on which the cluster's gateway listens. */
export const entrancePort = 30_080;
const diskGib = 20;
const podTrust = ['sts:AssumeRole', 'sts:TagSession'];

/** EKS with a managed node group; access by entries, identities of pods by Pod Identity. */
export class Cluster extends Part implements ClusterContract {
  readonly kubeconfig: pulumi.Output<string>;
  readonly kubeconfigCommand: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  readonly ingress = { isPublic: false, service: { type: 'NodePort', nodePort: entrancePort } } as const;
  readonly proxyCidrs = [networkCidr];
  /** Where the agent of Pod Identity listens on every node (EKS user guide, Pod Identity). */
  readonly identityEndpoints = [{ cidr: '169.254.170.23/32', port: 80 }];
  readonly securityGroupId: pulumi.Output<string>;
  readonly autoscalingGroupName: pulumi.Output<string>;
  readonly nodes: aws.eks.NodeGroup;
  private readonly clusterName: pulumi.Output<string>;
  private readonly agent: pulumi.Resource;

  constructor(context: AwsContext, network: Network, monitoring: Monitoring) {
    super('Cluster', 'cluster', context);
    const { config, naming } = context;
    const name = naming.name('cluster', 100);
    const role = this.createRole('cluster', 'eks.amazonaws.com', ['AmazonEKSClusterPolicy']);
    const nodeRole = this.createRole('nodes', 'ec2.amazonaws.com', [
      'AmazonEKSWorkerNodePolicy',
      'AmazonEC2ContainerRegistryPullOnly',
      'AmazonEKS_CNI_Policy',
    ]);
    const logs = monitoring.createLogGroup(`/aws/eks/${name}/cluster`, 'cluster');
    const cluster = new aws.eks.Cluster(
      'cluster',
      {
        name,
        roleArn: role.arn,
        version: config.kubernetesVersion,
        // No other add-ons than those below, in their order.
        bootstrapSelfManagedAddons: false,
        accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
        upgradePolicy: { supportType: 'STANDARD' },
        deletionProtection: config.deletionProtection,
        enabledClusterLogTypes:
          config.profile === 'production' ? ['api', 'audit', 'authenticator'] : ['audit'],
        vpcConfig: {
          subnetIds: network.nodeSubnetIds,
          endpointPrivateAccess: true,
          endpointPublicAccess: true,
          publicAccessCidrs: [...config.clusterAccess],
        },
        tags: this.tags,
      },
      // The policies, not only the role: they must outlive the cluster.
      { ...this.keeper, dependsOn: [...role.attachments, logs] },
    );
    this.clusterName = cluster.name;
    this.securityGroupId = cluster.vpcConfig.apply(({ clusterSecurityGroupId }) => clusterSecurityGroupId);
    const access = this.createAccess(cluster);
    const before = [
      this.createAddon('vpc-cni', [], {
        enableNetworkPolicy: 'true',
        // 110 pods on a node instead of 17; it counts only for nodes that come after it.
        env: { ENABLE_PREFIX_DELEGATION: 'true', WARM_PREFIX_TARGET: '1' },
      }),
      this.createAddon('kube-proxy', []),
      this.createAddon('eks-pod-identity-agent', []),
    ];
    this.agent = before[2] as pulumi.Resource;
    this.nodes = this.createNodes(network, nodeRole, before);
    this.autoscalingGroupName = this.nodes.resources.apply(
      (resources) => resources[0]?.autoscalingGroups?.[0]?.name ?? '',
    );
    // These run on nodes: without one they are degraded for twenty minutes, and then failed.
    const after = [
      this.createAddon('coredns', [this.nodes]),
      this.createAddon('metrics-server', [this.nodes]),
      ...(config.profile === 'production' ? [this.createObservability(name, monitoring)] : []),
    ];
    this.kubeconfig = kubeconfigOf(cluster, config.region);
    this.kubeconfigCommand = pulumi.interpolate`aws eks update-kubeconfig --region ${config.region} --name ${cluster.name}`;
    this.ready = [...access, ...before, this.nodes, ...after];
    this.registerOutputs({ clusterName: cluster.name });
  }

  /** A role that the pods of one service account have. */
  createPodIdentity({ name, namespace, serviceAccount, grants }: PodIdentityArgs, named: Named): PodIdentity {
    const role = new aws.iam.Role(
      `pod-${name}`,
      { assumeRolePolicy: trustText('pods.eks.amazonaws.com', podTrust), tags: this.tags },
      this.child,
    );
    const policy = new aws.iam.RolePolicy(
      `pod-${name}`,
      { role: role.name, policy: policyText(grants.flatMap((grant) => statementsOf(grant, named))) },
      this.child,
    );
    const association = new aws.eks.PodIdentityAssociation(
      `pod-${name}`,
      { clusterName: this.clusterName, namespace, serviceAccount, roleArn: role.arn, tags: this.tags },
      { ...this.child, dependsOn: [policy, this.agent] },
    );
    return { serviceAccountAnnotations: {}, podLabels: {}, ready: [association] };
  }

  private createRole(name: string, service: string, policies: readonly string[]) {
    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: trustText(service), tags: this.tags },
      this.child,
    );
    const attachments = policies.map(
      (policy) =>
        new aws.iam.RolePolicyAttachment(
          `${name}-${policy}`,
          {
            role: role.name,
            policyArn: pulumi.interpolate`arn:${this.context.partition}:iam::aws:policy/${policy}`,
          },
          this.child,
        ),
    );
    return { arn: role.arn, attachments };
  }

  /** Whoever is named, or whoever runs the program: the creator of a cluster has no rights of his own. */
  private createAccess(cluster: aws.eks.Cluster): pulumi.Resource[] {
    const { clusterAdmins } = this.context.config;
    const caller = aws.getCallerIdentityOutput({}, this.child);
    const principals: (readonly [string, pulumi.Input<string>])[] =
      clusterAdmins.length > 0
        ? clusterAdmins.map((arn) => [arn.replace(/^.*:(role|user)\//, '').replaceAll('/', '-'), arn])
        : // The role behind a session, for a session is no principal.
          [['deployer', aws.iam.getSessionContextOutput({ arn: caller.arn }, this.child).issuerArn]];
    return principals.map(([name, principalArn]) => {
      const entry = new aws.eks.AccessEntry(
        `admin-${name}`,
        { clusterName: cluster.name, principalArn, type: 'STANDARD', tags: this.tags },
        this.child,
      );
      return new aws.eks.AccessPolicyAssociation(
        `admin-${name}`,
        {
          clusterName: cluster.name,
          principalArn,
          policyArn: pulumi.interpolate`arn:${this.context.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
          accessScope: { type: 'cluster' },
        },
        { ...this.child, dependsOn: [entry] },
      );
    });
  }

  private createNodes(
    network: Network,
    role: { readonly arn: pulumi.Output<string>; readonly attachments: readonly pulumi.Resource[] },
    addons: readonly pulumi.Resource[],
  ): aws.eks.NodeGroup {
    const { config, naming } = this.context;
    const tags = { ...this.tags, Name: naming.name('node') };
    // It names no security group, so that nodes are in the cluster's own: another one could not be deleted while an
    // address of the CNI's hangs on it.
    const template = new aws.ec2.LaunchTemplate(
      'nodes',
      {
        namePrefix: naming.name('nodes-', 100),
        updateDefaultVersion: true,
        blockDeviceMappings: [
          {
            deviceName: '/dev/xvda',
            ebs: { volumeSize: diskGib, volumeType: 'gp3', encrypted: 'true', deleteOnTermination: 'true' },
          },
        ],
        // Pods get no further than their own identity.
        metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1, httpEndpoint: 'enabled' },
        tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
          resourceType,
          tags,
        })),
        tags: this.tags,
      },
      this.child,
    );
    return new aws.eks.NodeGroup(
      'nodes',
      {
        clusterName: this.clusterName,
        nodeGroupNamePrefix: naming.name('nodes-', 30),
        nodeRoleArn: role.arn,
        subnetIds: network.nodeSubnetIds,
        amiType: isArm(config.nodeSize) ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD',
        capacityType: config.nodeSpot ? 'SPOT' : 'ON_DEMAND',
        instanceTypes: config.nodeSpot ? spotTypes(config.nodeSize) : [config.nodeSize],
        scalingConfig: {
          desiredSize: config.nodeCount,
          minSize: config.nodeCountMin,
          maxSize: config.nodeCountMax,
        },
        launchTemplate: { id: template.id, version: pulumi.interpolate`${template.latestVersion}` },
        updateConfig: { maxUnavailable: 1 },
        tags: this.tags,
      },
      {
        ...this.child,
        dependsOn: [...role.attachments, ...addons, ...network.ready],
        // How many there are just now is for whoever scales them.
        ignoreChanges: ['scalingConfig.desiredSize'],
      },
    );
  }

  private createAddon(
    addonName: string,
    dependsOn: readonly pulumi.Resource[],
    configuration?: object,
    podIdentityAssociations?: aws.types.input.eks.AddonPodIdentityAssociation[],
  ): aws.eks.Addon {
    return new aws.eks.Addon(
      addonName,
      {
        clusterName: this.clusterName,
        addonName,
        // Of the version that AWS has for the cluster's.
        resolveConflictsOnCreate: 'OVERWRITE',
        resolveConflictsOnUpdate: 'OVERWRITE',
        ...(configuration && { configurationValues: JSON.stringify(configuration) }),
        ...(podIdentityAssociations && { podIdentityAssociations }),
        tags: this.tags,
      },
      { ...this.child, dependsOn: [...dependsOn] },
    );
  }

  /** CloudWatch's own view of the cluster. Its log groups are made first, or they would stay after it. */
  private createObservability(clusterName: string, monitoring: Monitoring): aws.eks.Addon {
    const groups = ['application', 'dataplane', 'host', 'performance'].map((kind) =>
      monitoring.createLogGroup(`/aws/containerinsights/${clusterName}/${kind}`, `insights-${kind}`),
    );
    const role = new aws.iam.Role(
      'observability',
      { assumeRolePolicy: trustText('pods.eks.amazonaws.com', podTrust), tags: this.tags },
      this.child,
    );
    const attachment = new aws.iam.RolePolicyAttachment(
      'observability',
      {
        role: role.name,
        policyArn: pulumi.interpolate`arn:${this.context.partition}:iam::aws:policy/CloudWatchAgentServerPolicy`,
      },
      this.child,
    );
    return this.createAddon(
      'amazon-cloudwatch-observability',
      [this.nodes, attachment, ...groups],
      undefined,
      [{ roleArn: role.arn, serviceAccount: 'cloudwatch-agent' }],
    );
  }
}

/** Processors of AWS's own making have a `g` after the generation: t4g, m7g. */
export const isArm = (size: string): boolean => /^[a-z]+\d+g[a-z]*\./.test(size);

/** Of the same size from both makers, where both make it: the more kinds, the seldomer a spot node is taken back. */
export function spotTypes(size: string): string[] {
  const [, family, rest] = /^(t3|m5|c5|r5)(\..*)$/.exec(size) ?? [];
  return family === undefined ? [size] : [size, `${family}a${rest}`];
}

/** Asks for a token each time: one that is written down lasts for fifteen minutes. */
function kubeconfigOf(cluster: aws.eks.Cluster, region: string): pulumi.Output<string> {
  return pulumi.jsonStringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'cluster',
        cluster: {
          server: cluster.endpoint,
          'certificate-authority-data': cluster.certificateAuthority.apply(({ data }) => data),
        },
      },
    ],
    contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: 'aws' } }],
    'current-context': 'cluster',
    users: [
      {
        name: 'aws',
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'aws',
            args: [
              '--region',
              region,
              'eks',
              'get-token',
              '--cluster-name',
              cluster.name,
              '--output',
              'json',
            ],
            interactiveMode: 'Never',
          },
        },
      },
    ],
  });
}
