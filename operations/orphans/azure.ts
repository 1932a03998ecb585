import { type DeletedGateways, type DeletedVaults, deletedOf } from '../azure-deleted.ts';
import type { Known } from '../state.ts';
import type { Look } from './orphan.ts';

type Resources = readonly { readonly id: string; readonly type: string; readonly resourceGroup?: string }[];
type Groups = readonly { readonly id: string; readonly name: string }[];

const cluster = 'azure-native:containerservice:ManagedCluster';

/** AKS keeps what it makes in a group of its own, which goes with the cluster. */
const isOfCluster = (group: string | undefined, prefix: string, { types }: Known) =>
  types.has(cluster) && group?.toLowerCase() === `${prefix}nodes`;

/** Role assignments are not among them: those of the program are on its own resources, and go with those. */
export const azure: readonly Look[] = [
  {
    title: 'what carries the stack’s tag',
    run: async (ask, { cost, prefix }, known) => {
      const resources = (await ask('resource', 'list', '--tag', `cost=${cost}`)) as Resources;
      return resources
        .filter(({ resourceGroup }) => !isOfCluster(resourceGroup, prefix, known))
        .map(({ id, type }) => ({ what: type, id, remove: `az resource delete --ids ${id}` }));
    },
  },
  {
    title: 'resource groups',
    run: async (ask, { cost, prefix }, known) => {
      const [tagged, all] = (await Promise.all([
        ask('group', 'list', '--tag', `cost=${cost}`),
        ask('group', 'list'),
      ])) as [Groups, Groups];
      const ofClusters = all.filter(({ name }) => name.toLowerCase() === `${prefix}nodes`);
      return [...tagged, ...ofClusters]
        .filter(({ name }) => !isOfCluster(name, prefix, known))
        .map(({ id, name }) => ({
          what: `resource group ${name}`,
          id,
          remove: `az group delete --name ${name}`,
        }));
    },
  },
  {
    title: 'deleted names',
    run: async (ask, owner) => {
      const [vaults, gateways] = await Promise.all([
        ask('keyvault', 'list-deleted', '--resource-type', 'vault'),
        ask('apim', 'deletedservice', 'list'),
      ]);
      return deletedOf(vaults as DeletedVaults, gateways as DeletedGateways, owner).map(
        ({ name, purge }) => ({
          what: 'deleted, and its name still taken',
          id: name,
          remove: purge,
        }),
      );
    },
  },
];
