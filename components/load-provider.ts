import type { CloudName } from './config/names.ts';
import type { CloudProvider } from './contract.ts';

/** Loads the one provider that is named, and so the one SDK: each of them is large. */
export async function loadProvider(cloud: CloudName): Promise<CloudProvider> {
  const { provider } = (await import(`../providers/${cloud}/index.ts`)) as {
    readonly provider: CloudProvider;
  };
  return provider;
}
