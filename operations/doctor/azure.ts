import { type DeletedGateways, type DeletedVaults, deletedOf } from '../azure-deleted.ts';
import type { Ask } from '../cloud-cli.ts';
import { FixableError } from '../fixable.ts';
import { MissingProgramError, type Run } from '../run.ts';
import {
  type ClusterVersions,
  judgeCores,
  judgeDeleted,
  judgeFlexNode,
  judgeFlexRegion,
  judgeKubernetes,
  judgeProviders,
  judgeRegion,
  judgeSize,
  judgeSubscription,
  type MachineSizes,
  type Providers,
  type Subscription,
  type Usages,
} from './azure-judgements.ts';
import { type Check, needed, ok } from './check.ts';
import type { CloudChecks } from './subject.ts';

/** Nodes that AKS adds while it upgrades a pool, by default (AKS documentation, node surge upgrade). */
const surge = 1;
/** What the bundles are built for. */
const nodeMajor = '24';

type Named = readonly { readonly name: string }[];

/** What `pulumi up` on Azure needs of the subscription. */
export const azure: CloudChecks = {
  tools: (run, { config }) => (config.profile === 'production' ? [kubelogin(run)] : []),
  credentials: (ask) => ({
    title: 'Azure credentials',
    run: () => needed(async () => judgeSubscription((await ask('account', 'show')) as Subscription)),
  }),
  account: (ask, { config, prefix, cost }) => {
    const { region, nodeSize, nodeCount, nodeCountMax, kubernetesVersion } = config;
    const here: Ask = (...args) => ask(...args, '--location', region);
    return [
      {
        title: 'Region',
        run: async () => judgeRegion((await ask('account', 'list-locations')) as Named, region),
      },
      {
        title: 'Resource providers',
        run: async () => judgeProviders((await ask('provider', 'list')) as Providers),
      },
      {
        title: 'Cores for the nodes',
        run: async () => {
          const [sizes, usages] = await Promise.all([
            here('vm', 'list-skus', '--size', nodeSize, '--resource-type', 'virtualMachines', '--all'),
            here('vm', 'list-usage'),
          ]);
          return judgeCores(sizes as MachineSizes, usages as Usages, nodeSize, {
            count: nodeCount,
            most: nodeCountMax,
            surge,
          });
        },
      },
      { title: 'Node size', run: async () => judgeSize(nodeSize) },
      {
        title: 'Kubernetes version',
        run: async () =>
          judgeKubernetes((await here('aks', 'get-versions')) as ClusterVersions, kubernetesVersion),
      },
      {
        title: 'Functions in the region',
        run: async () =>
          judgeFlexRegion((await ask('functionapp', 'list-flexconsumption-locations')) as Named, region),
      },
      {
        title: 'Functions’ runtime',
        run: async () =>
          judgeFlexNode(
            (await here('functionapp', 'list-flexconsumption-runtimes', '--runtime', 'node')) as {
              version: string;
            }[],
            nodeMajor,
          ),
      },
      {
        title: 'Deleted names',
        run: async () => {
          const [vaults, gateways] = await Promise.all([
            ask('keyvault', 'list-deleted', '--resource-type', 'vault'),
            ask('apim', 'deletedservice', 'list'),
          ]);
          return judgeDeleted(
            deletedOf(vaults as DeletedVaults, gateways as DeletedGateways, { prefix, cost }),
          );
        },
      },
    ];
  },
};

/** Where local accounts of the cluster are off, the kubeconfig asks it for tokens. */
function kubelogin(run: Run): Check {
  return {
    title: 'kubelogin',
    run: () =>
      needed(async () => {
        const { stdout } = await run('kubelogin', ['--version']).catch((error: Error) => {
          if (error instanceof MissingProgramError)
            throw new FixableError('kubelogin is not there', 'az aks install-cli', { cause: error });
          throw error;
        });
        return ok(/v\d[\w.]*/.exec(stdout)?.[0] ?? 'there');
      }),
  };
}
