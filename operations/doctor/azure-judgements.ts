/** What the answers of the Azure CLI mean. Their shapes are those that `az … --help` and its reference document. */
import type { Deleted } from '../azure-deleted.ts';
import { type Finding, failed, ok, warning } from './check.ts';

/** Of `az account show`. */
export interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly user: { readonly name: string };
}
/** Of `az provider list`. */
export type Providers = readonly { readonly namespace: string; readonly registrationState: string }[];
/** Of `az vm list-skus --all`. */
export type MachineSizes = readonly {
  readonly name: string;
  readonly family: string;
  readonly capabilities: readonly { readonly name: string; readonly value: string }[];
  readonly restrictions: readonly { readonly type: string; readonly reasonCode: string }[];
}[];
/** Of `az vm list-usage`; it gives numbers as text. */
export type Usages = readonly {
  readonly currentValue: number | string;
  readonly limit: number | string;
  readonly name: { readonly value: string; readonly localizedValue: string };
}[];
/** Of `az aks get-versions`. */
export interface ClusterVersions {
  readonly values: readonly {
    readonly version: string;
    readonly isPreview?: boolean | null;
    readonly capabilities: { readonly supportPlan: readonly string[] };
  }[];
}
/** All whose resources the program makes; Azure makes none of a provider that the subscription has not registered. */
export const providersNeeded = [
  'Microsoft.ApiManagement',
  'Microsoft.App',
  'Microsoft.Cache',
  'Microsoft.Communication',
  'Microsoft.ContainerRegistry',
  'Microsoft.ContainerService',
  'Microsoft.DBforPostgreSQL',
  'Microsoft.DocumentDB',
  'Microsoft.Insights',
  'Microsoft.KeyVault',
  'Microsoft.ManagedIdentity',
  'Microsoft.Network',
  'Microsoft.OperationalInsights',
  'Microsoft.ServiceBus',
  'Microsoft.Storage',
  'Microsoft.Web',
];

export function judgeSubscription({ id, name, state, user }: Subscription): Finding {
  return state === 'Enabled'
    ? ok(`subscription ${name} (${id}), ${user.name}`)
    : failed(`subscription ${name} is ${state.toLowerCase()}`, 'az account set --subscription …');
}

export function judgeProviders(providers: Providers): Finding {
  const registered = new Set(
    providers
      .filter(({ registrationState }) => registrationState === 'Registered')
      .map(({ namespace }) => namespace.toLowerCase()),
  );
  const missing = providersNeeded.filter((name) => !registered.has(name.toLowerCase()));
  return missing.length === 0
    ? ok(`${providersNeeded.length} registered`)
    : failed(
        `not registered: ${missing.join(', ')}`,
        missing.map((name) => `az provider register --namespace ${name} --wait`).join(' && '),
      );
}

export function judgeRegion(locations: readonly { readonly name: string }[], region: string): Finding {
  return locations.some(({ name }) => name === region)
    ? ok(region)
    : failed(`the subscription has no region ${region}`, 'az account list-locations --query [].name');
}

/**
 * Whether the machines are there for this subscription, and their family's cores and all cores suffice.
 * @param surge nodes that an upgrade adds, which count too
 */
export function judgeCores(
  sizes: MachineSizes,
  usages: Usages,
  size: string,
  nodes: { readonly count: number; readonly most: number; readonly surge: number },
): Finding {
  const found = sizes.find(({ name }) => name.toLowerCase() === size.toLowerCase());
  const other = 'pulumi config set nodeSize Standard_D2as_v5';
  if (!found) return failed(`the region has no machines ${size}`, other);
  const refusal = found.restrictions.find(({ type }) => type === 'Location');
  if (refusal) return failed(`${size} is refused here: ${refusal.reasonCode}`, other);
  const perNode = Number(found.capabilities.find(({ name }) => name === 'vCPUs')?.value ?? 0);
  const wanted = perNode * (nodes.count + nodes.surge);
  const later = perNode * (nodes.most + nodes.surge);
  const limits = usages
    .filter(({ name }) => name.value === found.family || name.value === 'cores')
    .map(({ name, limit, currentValue }) => ({
      free: Number(limit) - Number(currentValue),
      said: `${name.localizedValue}: ${limit}, in use ${currentValue}, wanted ${wanted}`,
    }));
  const tight = limits.toSorted((one, other) => one.free - other.free)[0];
  if (!tight) return warning(`no quota of ${found.family} is told`);
  const raise = 'https://portal.azure.com/#view/Microsoft_Azure_Capacity/QuotaMenuBlade/~/myQuotas';
  if (tight.free < wanted) return failed(tight.said, raise);
  return tight.free < later ? warning(`${tight.said}, and ${later} when it grows`, raise) : ok(tight.said);
}

/** AKS advises against burstable machines for its system pool and takes them all the same; it wants four vCPUs there. */
export function judgeSize(size: string): Finding {
  return /^standard_b/i.test(size)
    ? warning(`${size} is burstable: AKS takes it, and advises against it for anything but learning`)
    : ok(size);
}

export function judgeKubernetes({ values }: ClusterVersions, version: string): Finding {
  const supported = values.filter(
    ({ isPreview, capabilities }) => !isPreview && capabilities.supportPlan.includes('KubernetesOfficial'),
  );
  const fix = `pulumi config set kubernetesVersion ${
    supported
      .map((one) => one.version)
      .toSorted(byMinor)
      .at(-1) ?? version
  }`;
  if (supported.some((one) => one.version === version)) return ok(version);
  return failed(
    `AKS has no ${version} in its own support here; there are ${supported.map((one) => one.version).join(', ')}`,
    fix,
  );
}

const byMinor = (one: string, other: string) => Number(one.split('.')[1]) - Number(other.split('.')[1]);

export function judgeFlexRegion(locations: readonly { readonly name: string }[], region: string): Finding {
  const plain = (name: string) => name.toLowerCase().replaceAll(' ', '');
  return locations.some(({ name }) => plain(name) === region)
    ? ok(region)
    : failed(
        `Flex Consumption is not in ${region}`,
        'az functionapp list-flexconsumption-locations --query [].name',
      );
}

export function judgeFlexNode(runtimes: readonly { readonly version: string }[], major: string): Finding {
  return runtimes.some(({ version }) => version.split('.')[0] === major)
    ? ok(`Node ${major}`)
    : failed(
        `Flex Consumption has no Node ${major} here; there are ${runtimes.map(({ version }) => version).join(', ')}`,
        'pulumi config set region westeurope',
      );
}

/** Names that are deleted stay taken until they are purged. */
export function judgeDeleted(deleted: readonly Deleted[]): Finding {
  return deleted.length === 0
    ? ok('none of these names')
    : warning(
        `deleted and kept for a while: ${deleted.map(({ name }) => name).join(', ')}`,
        deleted.map(({ purge }) => purge).join(' && '),
      );
}
