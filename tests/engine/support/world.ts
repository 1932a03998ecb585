import { Sdk } from '../../../stand-ins/pulumi/schema/sdk.ts';
import { SimulatedCloud } from '../../../stand-ins/pulumi/simulator/cloud.ts';
import { packagesOfAws, packagesOfAzure } from '../../../stand-ins/pulumi/simulator/packages/index.ts';
import { SimulatedProvider } from '../../../stand-ins/pulumi/simulator/provider.ts';
import type { Values } from '../../../stand-ins/pulumi/simulator/values.ts';
import { nodeModules } from './program.ts';

const sdks = new Map<string, Sdk>();

/** The simulated providers without an engine, as it would call them: milliseconds, for one rule at a time. */
export class World {
  readonly cloud: SimulatedCloud;
  readonly config: Values = { region: 'eu-west-1' };
  #seeds = 0;

  constructor(programFolder: string) {
    this.cloud = new SimulatedCloud(programFolder);
  }

  provider(type: string): SimulatedProvider {
    const name = type.split(':')[0] ?? '';
    const model = { ...packagesOfAws, ...packagesOfAzure }[name];
    if (!model) throw new Error(`no package ${name}`);
    const sdk = sdks.get(name) ?? new Sdk(name, nodeModules);
    sdks.set(name, sdk);
    return new SimulatedProvider(sdk, model, this.cloud);
  }

  /** Why the inputs are refused before anything is made. */
  problems(type: string, inputs: Values): string[] {
    const { failures } = this.provider(type).check(
      { type, name: 'x' },
      this.config,
      {},
      inputs,
      new Uint8Array(8),
    );
    return failures.map(({ property, reason }) => (property === '' ? reason : `${property}: ${reason}`));
  }

  /** Checks and makes. @throws Error with all that was against it */
  make(type: string, name: string, inputs: Values = {}): { readonly id: string; readonly outputs: Values } {
    const provider = this.provider(type);
    const resource = { type, name };
    this.#seeds += 1;
    const checked = provider.check(resource, this.config, {}, inputs, new Uint8Array(32).fill(this.#seeds));
    const failures = checked.failures.map(({ property, reason }) => `${property} ${reason}`);
    if (failures.length > 0) throw new Error(failures.join('\n'));
    return provider.create(resource, this.config, checked.inputs);
  }

  update(type: string, name: string, inputs: Values): Values {
    const { id, inputs: before } = this.cloud.only(type, name);
    return this.provider(type).update({ type, name }, this.config, id, { ...before, ...inputs });
  }

  delete(type: string, name: string): void {
    const { id } = this.cloud.only(type, name);
    this.provider(type).delete({ type, name }, this.config, id);
  }
}
