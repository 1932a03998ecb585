import { at } from '../../../values.ts';
import { listed, type Rule, type Rules, sibling } from './rule.ts';

/** AKS. */
const cluster: Rule = ({ inputs }) => {
  const pools = listed(inputs.agentPoolProfiles);
  const network = (name: string) => at(inputs, `networkProfile.${name}`);
  const usesIdentities = at(inputs, 'securityProfile.workloadIdentity.enabled') === true;
  const issues = at(inputs, 'oidcIssuerProfile.enabled') === true;
  return [
    ...(pools.some(({ mode }) => mode === 'System')
      ? []
      : ['BadRequest: a cluster needs a pool of mode System']),
    ...pools
      .filter(({ name }) => !/^[a-z][\da-z]{0,11}$/.test(String(name)))
      .map(
        ({ name }) => `InvalidParameter: the pool '${String(name)}': twelve small letters and digits at most`,
      ),
    ...(usesIdentities && !issues ? ['BadRequest: workload identity needs the OIDC issuer'] : []),
    ...(network('networkPolicy') === 'cilium' && network('networkDataplane') !== 'cilium'
      ? ['BadRequest: the network policy cilium needs the data plane cilium']
      : []),
    ...(network('networkDataplane') === 'cilium' && network('networkPlugin') !== 'azure'
      ? ['BadRequest: the data plane cilium needs the plug-in azure']
      : []),
    ...(network('networkPluginMode') === 'overlay' && network('networkPlugin') !== 'azure'
      ? ['BadRequest: overlay is a mode of the plug-in azure']
      : []),
    ...(inputs.identity === undefined && inputs.servicePrincipalProfile === undefined
      ? ['BadRequest: a cluster needs an identity']
      : []),
    ...(inputs.disableLocalAccounts === true && inputs.aadProfile === undefined
      ? ['BadRequest: without local accounts a cluster needs Entra ID: set aadProfile']
      : []),
    ...pools
      .filter(({ enableAutoScaling, minCount, maxCount }) => {
        const [least, most] = [Number(minCount), Number(maxCount)];
        return enableAutoScaling === true && !(least >= 1 && most >= least);
      })
      .map(({ name }) => `InvalidParameter: the pool '${String(name)}' scales from minCount to maxCount`),
  ];
};

const pool: Rule = ({ inputs, cloud }) =>
  sibling(cloud, 'containerservice:ManagedCluster', inputs, 'resourceName')
    ? []
    : ['ParentResourceNotFound: the cluster is not there'];

/** The monitoring add-on collects nothing by itself; what binds a rule to a cluster has this name for its endpoint. */
const association: Rule = ({ inputs }) =>
  inputs.dataCollectionRuleId === undefined && inputs.associationName !== 'configurationAccessEndpoint'
    ? ['BadRequest: an association names a rule']
    : [];

export const clusterRules: Rules = {
  'containerservice:AgentPool': pool,
  'containerservice:ManagedCluster': cluster,
  'monitor:DataCollectionRuleAssociation': association,
};
