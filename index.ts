import * as pulumi from '@pulumi/pulumi';
import { buildBundles } from './components/bundles.ts';
import { EcommercePlatform } from './components/ecommerce-platform.ts';
import { loadProvider } from './components/load-provider.ts';
import { loadStackConfig } from './components/stack-config.ts';

// The SDK notes with every promise where it was made, and there are dozens for each resource. By source-map-support,
// which it installs, that takes a third of a preview's time; Node's own stacks are as right.
Reflect.deleteProperty(Error, 'prepareStackTrace');

const config = loadStackConfig();
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
