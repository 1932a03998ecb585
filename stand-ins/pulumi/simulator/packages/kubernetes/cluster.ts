import type { Request } from '../../model.ts';
import { at, type Values } from '../../values.ts';

const serverOf = (config: Values) =>
  /server["']?:\s*["']?(https?:[^"'\s,}]+)/.exec(String(config.kubeconfig ?? ''))?.[1];

const aksAt = ({ cloud }: Request, server: string) =>
  cloud
    .objects('azure-native:containerservice:ManagedCluster')
    .find(
      ({ outputs }) => server.includes(String(outputs.fqdn)) || server.includes(String(outputs.privateFQDN)),
    );

/** Whether the cluster of the provider's kubeconfig is there, and lets this user in. */
export function againstCluster(request: Request): string[] {
  const { config, cloud } = request;
  const server = serverOf(config);
  if (server === undefined)
    return ['configured Kubernetes cluster is unreachable: the provider has no kubeconfig'];
  const eks = cloud.objects('aws:eks/cluster:Cluster').find(({ outputs }) => outputs.endpoint === server);
  if (!eks && !aksAt(request, server)) return [`configured Kubernetes cluster is unreachable: ${server}`];
  if (!eks) return [];
  const entered = cloud
    .objects('aws:eks/accessPolicyAssociation:AccessPolicyAssociation')
    .some(({ inputs }) => inputs.clusterName === eks.id);
  const isCreators = at(eks.inputs, 'accessConfig.bootstrapClusterCreatorAdminPermissions') !== false;
  return entered || isCreators ? [] : ['Unauthorized: the cluster has no access entry for this user'];
}

/** Of Azure, by its id in every tenant (learn.microsoft.com, built-in roles). */
const acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d';

/** What the nodes may not fetch: on AKS they need a role on the registry, which EKS' nodes have by their own. */
export function againstPull(request: Request, images: readonly string[]): string[] {
  const { config, cloud } = request;
  const aks = aksAt(request, serverOf(config) ?? '');
  if (!aks) return [];
  const nodes = at(aks.outputs, 'identityProfile.kubeletidentity.objectId');
  const pulled = cloud
    .objects('azure-native:authorization:RoleAssignment')
    .filter(
      ({ inputs }) =>
        inputs.principalId === nodes && String(inputs.roleDefinitionId).toLowerCase().endsWith(acrPull),
    )
    .map(({ inputs }) => String(inputs.scope).toLowerCase());
  return images.filter((image) =>
    cloud
      .objects('azure-native:containerregistry:Registry')
      .some(
        ({ id, outputs }) =>
          image.startsWith(`${String(outputs.loginServer)}/`) &&
          !pulled.some((scope) => id.toLowerCase().startsWith(scope)),
      ),
  );
}
