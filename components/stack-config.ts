import * as pulumi from '@pulumi/pulumi';
import type { ConfigReader } from './config/load.ts';

/** Pulumi's own configuration of the stack. */
export function stackConfig(): ConfigReader<pulumi.Output<string>> {
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
