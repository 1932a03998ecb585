import * as pulumi from '@pulumi/pulumi';
import { type ConfigReader, loadConfig, type PlatformConfig } from './config/load.ts';
import { PlatformConfigError } from './config/problem.ts';

/**
 * The stack's configuration.
 * @throws pulumi.RunError with all that is wrong, which Pulumi shows as it is and without a stack
 */
export function loadStackConfig(): PlatformConfig<pulumi.Output<string>> {
  try {
    return loadConfig(stackReader());
  } catch (error) {
    if (error instanceof PlatformConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** Pulumi's own configuration of the stack. */
function stackReader(): ConfigReader<pulumi.Output<string>> {
  const project = pulumi.getProject();
  const config = new pulumi.Config();
  const own = `${project}:`;
  return {
    project,
    stack: pulumi.getStack(),
    keys: () =>
      Object.keys(pulumi.runtime.allConfig())
        .filter((key) => key.startsWith(own))
        .map((key) => key.slice(own.length)),
    get: (key) => config.get(key),
    getSecret: (key) => config.getSecret(key),
  };
}
