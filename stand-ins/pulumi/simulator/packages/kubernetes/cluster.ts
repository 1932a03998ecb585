import type { Request } from '../../model.ts';
import { at } from '../../values.ts';

/** Whether the cluster of the provider's kubeconfig is there, and lets this user in. */
export function againstCluster({ config, cloud }: Request): string[] {
  const server = /server["']?:\s*["']?(https?:[^"'\s,}]+)/.exec(String(config.kubeconfig ?? ''))?.[1];
  if (server === undefined)
    return ['configured Kubernetes cluster is unreachable: the provider has no kubeconfig'];
  const eks = cloud.objects('aws:eks/cluster:Cluster').find(({ outputs }) => outputs.endpoint === server);
  const aks = cloud
    .objects('azure-native:containerservice:ManagedCluster')
    .find(
      ({ outputs }) => server.includes(String(outputs.fqdn)) || server.includes(String(outputs.privateFQDN)),
    );
  if (!eks && !aks) return [`configured Kubernetes cluster is unreachable: ${server}`];
  if (!eks) return [];
  const entered = cloud
    .objects('aws:eks/accessPolicyAssociation:AccessPolicyAssociation')
    .some(({ inputs }) => inputs.clusterName === eks.id);
  const isCreators = at(eks.inputs, 'accessConfig.bootstrapClusterCreatorAdminPermissions') !== false;
  return entered || isCreators ? [] : ['Unauthorized: the cluster has no access entry for this user'];
}
