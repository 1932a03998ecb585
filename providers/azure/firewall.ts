import { AFDEndpoint } from '@pulumi/azure-native/cdn/afdendpoint.js';
import { AFDOrigin } from '@pulumi/azure-native/cdn/afdorigin.js';
import { AFDOriginGroup } from '@pulumi/azure-native/cdn/afdoriginGroup.js';
import { Profile } from '@pulumi/azure-native/cdn/profile.js';
import { Route } from '@pulumi/azure-native/cdn/route.js';
import { SecurityPolicy } from '@pulumi/azure-native/cdn/securityPolicy.js';
import { Policy } from '@pulumi/azure-native/frontdoor/policy.js';
import * as pulumi from '@pulumi/pulumi';
import type { Naming } from '../../components/naming.ts';
import type { Tags } from '../../components/tags.ts';

export interface Firewall {
  readonly url: pulumi.Output<string>;
  /** With which it says who it is, in the header `X-Azure-FDID`. */
  readonly id: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
}

/** Rules that Azure keeps, by their names and versions (learn.microsoft.com, DRS rule groups of Front Door). */
const ruleSets = [
  { ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1', ruleSetAction: 'Block' },
  { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' },
];

/** API Management can have no firewall of its own: it stands behind a Front Door, in the tier that has Azure's rules. */
export function createFirewall(
  gatewayUrl: pulumi.Output<string>,
  { resourceGroupName }: { readonly resourceGroupName: pulumi.Output<string> },
  naming: Naming,
  tags: Tags,
  child: pulumi.CustomResourceOptions,
): Firewall {
  const global = { resourceGroupName, location: 'Global', tags };
  const sku = { name: 'Premium_AzureFrontDoor' };
  const profile = new Profile('gateway', { ...global, sku, originResponseTimeoutSeconds: 30 }, child);
  const there = { resourceGroupName, profileName: profile.name };
  const endpoint = new AFDEndpoint(
    'gateway',
    { ...there, location: 'Global', enabledState: 'Enabled', tags },
    child,
  );
  const group = new AFDOriginGroup(
    'gateway',
    {
      ...there,
      loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 3 },
      sessionAffinityState: 'Disabled',
    },
    child,
  );
  const hostName = gatewayUrl.apply((url) => url.replace(/^https:\/\//, ''));
  const origin = new AFDOrigin(
    'gateway',
    {
      ...there,
      originGroupName: group.name,
      hostName,
      originHostHeader: hostName,
      httpsPort: 443,
      enabledState: 'Enabled',
      enforceCertificateNameCheck: true,
    },
    child,
  );
  const route = new Route(
    'gateway',
    {
      ...there,
      endpointName: endpoint.name,
      originGroup: { id: group.id },
      patternsToMatch: ['/*'],
      supportedProtocols: ['Http', 'Https'],
      httpsRedirect: 'Enabled',
      forwardingProtocol: 'HttpsOnly',
      linkToDefaultDomain: 'Enabled',
      enabledState: 'Enabled',
    },
    // A route to a group without an origin is refused.
    { ...child, dependsOn: [origin] },
  );
  const policy = new Policy(
    'gateway',
    {
      ...global,
      // Letters and digits only.
      policyName: naming.name('gateway', 128).replaceAll('-', ''),
      sku,
      policySettings: { enabledState: 'Enabled', mode: 'Prevention', requestBodyCheck: 'Enabled' },
      managedRules: { managedRuleSets: ruleSets },
    },
    child,
  );
  const security = new SecurityPolicy(
    'gateway',
    {
      ...there,
      parameters: {
        type: 'WebApplicationFirewall',
        wafPolicy: { id: policy.id },
        associations: [{ domains: [{ id: endpoint.id }], patternsToMatch: ['/*'] }],
      },
    },
    child,
  );
  return {
    url: pulumi.interpolate`https://${endpoint.hostName}`,
    id: profile.frontDoorId,
    ready: [route, security],
  };
}
