import type * as pulumi from '@pulumi/pulumi';
import type { Bundles } from '../../components/bundles.ts';
import { loadConfig, type PlatformConfig } from '../../components/config/load.ts';
import { EcommercePlatform } from '../../components/ecommerce-platform.ts';
import { loadProvider } from '../../components/load-provider.ts';
import { type Registered, recordResources } from './pulumi-mocks.ts';

/** Of bundles that nobody built: where they would be. */
export const pretendBundles: Bundles = {
  archiveOf: (name) => ({ path: `/nowhere/${name}.zip`, digest: `digest-of-${name}` }),
  folderOf: (name) => ({ path: `/nowhere/${name}`, digest: `digest-of-${name}` }),
  containers: ['bootstrap', 'product', 'user'],
};

export type Values = Readonly<Record<string, string>>;

export function configOf(values: Values = {}, secrets: Values = {}): PlatformConfig<pulumi.Output<string>> {
  const all: Values = { cloud: 'aws', region: 'eu-west-1', ...values };
  return loadConfig<string>({
    project: 'ecommerce-platform',
    stack: 'test',
    keys: () => Object.keys(all),
    get: (key) => all[key],
    getSecret: (key) => secrets[key],
  }) as unknown as PlatformConfig<pulumi.Output<string>>;
}

/** All that a stack registers, under mocks: on AWS, or the cloud that the values say. */
export async function recordPlatform(values?: Values, secrets?: Values): Promise<Registered[]> {
  const config = configOf(values, secrets);
  const provider = await loadProvider(config.cloud);
  return recordResources(() => {
    new EcommercePlatform('shop', {
      project: 'ecommerce-platform',
      stack: 'test',
      config,
      provider,
      bundles: pretendBundles,
    });
  });
}

/** Those of a type, by name. */
export function ofType(resources: readonly Registered[], type: string): Map<string, Registered['inputs']> {
  return new Map(resources.filter((one) => one.type === type).map(({ name, inputs }) => [name, inputs]));
}

/** Found, or the test fails with what there is. */
export function the(resources: readonly Registered[], type: string, name: string): Registered['inputs'] {
  const found = ofType(resources, type);
  const inputs = found.get(name);
  if (inputs === undefined) throw new Error(`no ${type} ${name}: ${[...found.keys()].join(', ')}`);
  return inputs;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

export const statementsIn = (policy: string): PolicyStatement[] => JSON.parse(policy).Statement;
