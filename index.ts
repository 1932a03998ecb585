import * as pulumi from '@pulumi/pulumi';
import { buildBundles } from './components/bundles.ts';
import { loadConfig } from './components/config/load.ts';
import { EcommercePlatform } from './components/ecommerce-platform.ts';
import { loadProvider } from './components/load-provider.ts';
import { stackConfig } from './components/stack-config.ts';

const config = loadConfig(stackConfig());
const stack = pulumi.getStack();
const [provider, bundles] = await Promise.all([
  loadProvider(config.cloud),
  buildBundles(config.cloud, stack),
]);

const platform = new EcommercePlatform('shop', {
  project: pulumi.getProject(),
  stack,
  config,
  provider,
  bundles,
});

export const { gatewayUrl, jwksUrl, storefrontUrl, dashboardUrl, kubeconfigCommand, registry } = platform;
/** Names of tables and queues begin with it: the queue of a consumer is `<resourcePrefix><consumer>`. */
export const { resourcePrefix, queues, adminPasswordSecret } = platform;
