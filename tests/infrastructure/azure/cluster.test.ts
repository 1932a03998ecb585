/**
 * The cluster of the platform on Azure and the network around it under Pulumi's mocks, held against what AKS is known to
 * refuse or to charge for. It proves nothing of AKS itself.
 */
import assert from 'node:assert/strict';
import { networkCidr, subnetCidrs } from '../../../providers/azure/network.ts';
import { ofType, the } from '../../support/infrastructure.ts';
import { azurePlatforms, type Platforms } from '../../support/platforms.ts';

const type = 'azure-native:containerservice:ManagedCluster';

describe('the cluster on Azure', () => {
  let platforms: Platforms;
  before(async function () {
    this.timeout(120_000);
    platforms = await azurePlatforms();
  });

  it('is three small nodes with small disks, and scales', () => {
    const { agentPoolProfiles, sku } = the(platforms.learn, type, 'cluster');
    const [pool, ...others] = agentPoolProfiles;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [pool.vmSize, pool.count, pool.minCount, pool.maxCount, pool.enableAutoScaling, pool.osDiskSizeGB],
      ['Standard_B2s', 3, 2, 5, true, 32],
    );
    assert.deepEqual([sku.tier, the(platforms.production, type, 'cluster').sku.tier], ['Free', 'Standard']);
  });

  it('has identities for pods, policies for their network, and a data plane that the mesh can work with', () => {
    const { oidcIssuerProfile, securityProfile, networkProfile } = the(platforms.learn, type, 'cluster');
    assert.deepEqual([oidcIssuerProfile.enabled, securityProfile.workloadIdentity.enabled], [true, true]);
    assert.deepEqual(
      [networkProfile.networkPluginMode, networkProfile.networkPolicy, networkProfile.networkDataplane],
      ['overlay', 'calico', 'azure'],
    );
    const second = (cidr: string) => cidr.split('.')[1];
    const ranges = [networkCidr, networkProfile.podCidr, networkProfile.serviceCidr].map(second);
    assert.equal(new Set(ranges).size, 3);
  });

  it('lets in whom the profile says: by tokens of Entra ID in production, and by its own account to learn', () => {
    const production = the(platforms.production, type, 'cluster');
    assert.equal(production.disableLocalAccounts, true);
    // The nodes ask too, by the address that they go out by.
    assert.deepEqual(production.apiServerAccessProfile.authorizedIPRanges, [
      '203.0.113.0/24',
      '198.51.100.7/32',
    ]);
    const admins = [...ofType(platforms.production, 'azure-native:authorization:RoleAssignment')].filter(
      ([name]) => name.startsWith('admin-'),
    );
    assert.deepEqual(
      admins.map(([name, { principalId }]) => [name, principalId]),
      [['admin-deployer', 'object-of-deployer']],
    );
    const { kubeconfig } = the(platforms.production, 'pulumi:providers:kubernetes', 'kubernetes');
    const { clusters, users } = JSON.parse(kubeconfig);
    assert.deepEqual(clusters[0].cluster, {
      server: 'https://cluster.test:443',
      'certificate-authority-data': 'Y2E=',
    });
    assert.deepEqual(users[0].user.exec.args.slice(0, 3), ['get-token', '--login', 'azurecli']);
    assert.equal(the(platforms.learn, type, 'cluster').disableLocalAccounts, false);
  });

  it('is seen by Azure in production, with the rule without which nothing is gathered', () => {
    const { addonProfiles } = the(platforms.production, type, 'cluster');
    assert.equal(addonProfiles.omsagent.enabled, true);
    const { resourceUri, dataCollectionRuleId } = the(
      platforms.production,
      'azure-native:monitor:DataCollectionRuleAssociation',
      'insights',
    );
    assert.match(resourceUri, /ManagedCluster\/cluster$/);
    assert.match(dataCollectionRuleId, /DataCollectionRule\/insights$/);
    assert.equal(the(platforms.learn, type, 'cluster').addonProfiles, undefined);
  });

  it('goes out by its balancer or by NAT', () => {
    const outbound = (resources: Platforms['learn']) => [
      the(resources, type, 'cluster').networkProfile.outboundType,
      ofType(resources, 'azure-native:network:NatGateway').size,
    ];
    assert.deepEqual(outbound(platforms.learn), ['loadBalancer', 0]);
    assert.deepEqual(outbound(platforms.production), ['userAssignedNATGateway', 1]);
  });

  it('is entered over the internet with a key, or from the network only', () => {
    const service = (resources: Platforms['learn']) =>
      the(resources, 'kubernetes:core/v1:Service', 'entrance');
    const learn = service(platforms.learn);
    assert.deepEqual(learn.metadata.annotations, {
      'service.beta.kubernetes.io/azure-dns-label-name': 'ecommerce-test-cluster',
    });
    assert.equal(learn.spec.ports[0].port, 443);
    const production = service(platforms.production);
    const address = production.metadata.annotations['service.beta.kubernetes.io/azure-load-balancer-ipv4'];
    assert.equal(
      production.metadata.annotations['service.beta.kubernetes.io/azure-load-balancer-internal'],
      'true',
    );
    assert.ok(isWithin(address, subnetCidrs.nodes));
    assert.equal(production.spec.ports[0].port, 80);
    const backend = (resources: Platforms['learn']) =>
      the(resources, 'azure-native:apimanagement:Backend', 'cluster').url;
    assert.equal(backend(platforms.learn), 'https://ecommerce-test-cluster.northeurope.cloudapp.azure.com');
    assert.equal(backend(platforms.production), `http://${address}`);
  });

  it('stands in a network whose parts do not overlap', () => {
    const starts = Object.values(subnetCidrs).map((cidr) => bounds(cidr));
    for (const [index, one] of starts.entries())
      for (const other of starts.slice(index + 1)) assert.ok(one.end < other.start || other.end < one.start);
  });
});

const numberOf = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function bounds(cidr: string) {
  const [address = '', length = ''] = cidr.split('/');
  const start = numberOf(address);
  return { start, end: start + 2 ** (32 - Number(length)) - 1 };
}

function isWithin(address: string, cidr: string): boolean {
  const { start, end } = bounds(cidr);
  return numberOf(address) > start && numberOf(address) < end;
}
