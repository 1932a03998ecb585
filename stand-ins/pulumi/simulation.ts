import { Sdk } from './schema/sdk.ts';
import type { SimulatedCloud } from './simulator/cloud.ts';
import type { PackageModel } from './simulator/model.ts';
import { SimulatedProvider } from './simulator/provider.ts';
import { serveProvider } from './simulator/serve.ts';

export interface Simulation {
  readonly cloud: SimulatedCloud;
  /** What the CLI must have in its environment to use these providers. */
  readonly env: Readonly<Record<string, string>>;
  stop(): void;
}

/** By the name of the package, as `aws`, `docker-build`. */
export type Packages = Readonly<Record<string, PackageModel>>;

/**
 * Starts a simulated provider for each package, all on one cloud.
 *
 * It proves what the program asks for and in what order, held against the SDK that is installed and the rules in
 * `simulator/packages`. It does not prove that a real cloud would take it: see each table's header.
 *
 * @param nodeModules  the folder in which the program's SDKs are installed
 * @throws Error when an SDK is not installed there
 */
export async function simulate(
  nodeModules: string,
  packages: Packages,
  cloud: SimulatedCloud,
): Promise<Simulation> {
  const served = await Promise.all(
    Object.entries(packages).map(async ([name, model]) => {
      const provider = new SimulatedProvider(sdkOf(name, nodeModules), model, cloud);
      return { name, ...(await serveProvider(provider)) };
    }),
  );
  return {
    cloud,
    env: {
      PULUMI_DEBUG_PROVIDERS: served.map(({ name, port }) => `${name}:${port}`).join(','),
      // A package without a simulation is an error, and not a download.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    },
    stop: () => {
      for (const { close } of served) close();
    },
  };
}

const sdks = new Map<string, Sdk>();

/** Read once: their declarations have megabytes. */
function sdkOf(name: string, nodeModules: string): Sdk {
  const key = `${nodeModules}|${name}`;
  const known = sdks.get(key) ?? new Sdk(name, nodeModules);
  sdks.set(key, known);
  return known;
}
