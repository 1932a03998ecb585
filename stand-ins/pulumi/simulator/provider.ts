import { checkInputs } from '../schema/check.ts';
import type { ResourceSchema, Sdk } from '../schema/sdk.ts';
import { type Leaf, makeOutputs } from '../schema/shapes.ts';
import { busyMs, type SimulatedCloud } from './cloud.ts';
import type { PackageModel, Request, ResourceModel } from './model.ts';
import { at, isUnknown, same, unknown, type Values, withValue } from './values.ts';

/** A refusal as a cloud's: it ends the operation, and its text is shown to the user. */
export class Refusal extends Error {}

/** What an engine asks a provider of, with the wire's own types taken off. */
export interface Resource {
  readonly type: string;
  readonly name: string;
}

export interface Checked {
  readonly inputs: Values;
  readonly failures: readonly { readonly property: string; readonly reason: string }[];
}

export interface Difference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** One simulated provider: an SDK, the tables of its package, and a cloud to make things in. */
export class SimulatedProvider {
  readonly #sdk: Sdk;
  readonly #model: PackageModel;
  readonly #cloud: SimulatedCloud;

  constructor(sdk: Sdk, model: PackageModel, cloud: SimulatedCloud) {
    this.#sdk = sdk;
    this.#model = model;
    this.#cloud = cloud;
  }

  get version(): string {
    return this.#sdk.version;
  }

  checkConfig(config: Values): string[] {
    return this.#model.checkConfig?.(config) ?? [];
  }

  /** @param seed  the engine's, the same in the preview and in the update that follows it */
  check(resource: Resource, config: Values, olds: Values, news: Values, seed: Uint8Array): Checked {
    const model = this.#modelOf(resource.type);
    const schema = this.#sdk.resource(resource.type);
    const inputs = this.#named(resource, model, schema, olds, news, seed);
    const stranger = `@pulumi/${this.#sdk.name} ${this.version} has no type ${resource.type}`;
    const failures = schema
      ? checkInputs(this.#sdk, schema, news)
      : this.#model.isOpen?.(resource.type)
        ? []
        : [{ path: '', reason: stranger }];
    const own = model.check?.(this.#request(resource, config, inputs)) ?? [];
    return {
      inputs,
      failures: [
        ...failures.map(({ path, reason }) => ({ property: path, reason })),
        ...own.map((reason) => ({ property: '', reason })),
      ],
    };
  }

  /** The inputs, with a name where the program left it out. */
  #named(
    { name }: Resource,
    { autoName: path, autoNamed = dashed }: ResourceModel,
    schema: ResourceSchema | undefined,
    olds: Values,
    news: Values,
    seed: Uint8Array,
  ): Values {
    const field = path?.split('.')[0] ?? '';
    const isOptional = schema ? schema.inputs.get(field)?.optional === true : field === 'metadata';
    if (path === undefined || !isOptional || at(news, path) !== undefined) return news;
    if (news[`${path}Prefix`] !== undefined) return news;
    const digits = Buffer.from(seed).toString('hex') || this.#cloud.random(64);
    return withValue(news, path, at(olds, path) ?? autoNamed(name, digits));
  }

  diff(
    resource: Resource,
    config: Values,
    state: Values,
    olds: Values,
    news: Values,
    ignored: readonly string[],
  ): Difference {
    const model = this.#modelOf(resource.type);
    const { significant = (inputs: Values) => inputs } = model;
    const [before, after] = [significant(olds), significant(news)];
    const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
      (name) => !ignored.includes(name) && !same(before[name], after[name]),
    );
    const { fingerprint } = model;
    if (fingerprint && state[fingerprint.output] !== fingerprint.of(this.#request(resource, config, news)))
      changed.push(fingerprint.output);
    const replaces = (model.forceNew ?? []).filter(
      (path) => changed.includes(path.split('.')[0] ?? '') && !same(at(olds, path), at(news, path)),
    );
    return {
      changed,
      replaces,
      deleteBeforeReplace:
        replaces.length > 0 && (model.deleteBeforeReplace?.(this.#request(resource, config, news)) ?? false),
    };
  }

  preview(resource: Resource, config: Values, inputs: Values): Values {
    const outputs = this.#shape(resource, inputs, () => unknown, this.#model.unknownUntilMade);
    const { fingerprint, defaults } = this.#modelOf(resource.type);
    const known = fingerprint
      ? { [fingerprint.output]: fingerprint.of(this.#request(resource, config, inputs)) }
      : {};
    return { ...outputs, ...missingFrom(inputs, defaults), ...known };
  }

  /** @throws Refusal */
  create(resource: Resource, config: Values, inputs: Values): { id: string; outputs: Values } {
    const request = this.#enter('create', resource, config, this.#prefixed(resource.type, inputs));
    const model = this.#modelOf(resource.type);
    const taken = model.unique?.(request);
    const holder =
      taken !== undefined &&
      this.#cloud.objects(resource.type).find(
        (object) =>
          model.unique?.({
            ...request,
            name: object.name,
            inputs: { ...object.outputs, ...object.inputs },
          }) === taken,
      );
    if (holder) throw new Refusal(`AlreadyExists: ${resource.type} '${taken}' is there already`);
    this.#refuse(model.refuse?.(request));
    this.#occupy(request);
    const id =
      model.id?.(request) ?? `${resource.type.split(':').at(-1)?.toLowerCase()}-${this.#cloud.random(12)}`;
    if (this.#cloud.get(resource.type, id))
      throw new Refusal(`AlreadyExists: ${resource.type} '${id}' is there already`);
    const outputs = this.#outputs(request, id);
    this.#cloud.put({ ...resource, id, inputs, outputs });
    return { id, outputs };
  }

  /** Undefined when it is gone. */
  read(resource: Resource, id: string): { inputs: Values; outputs: Values } | undefined {
    this.#cloud.enter({ operation: 'read', ...resource });
    return this.#cloud.get(resource.type, id);
  }

  previewUpdate(resource: Resource, config: Values, state: Values, inputs: Values): Values {
    const { changing = [] } = this.#modelOf(resource.type);
    const planned = this.preview(resource, config, inputs);
    const kept = Object.entries(state).filter(
      ([name]) => isUnknown(planned[name]) && inputs[name] === undefined && !changing.includes(name),
    );
    return { ...planned, ...Object.fromEntries(kept) };
  }

  /** @throws Refusal */
  update(resource: Resource, config: Values, id: string, inputs: Values): Values {
    const before = this.#cloud.get(resource.type, id);
    const effective = this.#prefixed(resource.type, inputs, before?.outputs);
    const request = this.#enter('update', resource, config, effective);
    if (!before) throw new Refusal(`NotFound: ${resource.type} ${id} is not there any more`);
    this.#refuse(this.#modelOf(resource.type).refuse?.(request));
    this.#occupy(request);
    const outputs = this.#outputs(request, id, before.outputs);
    this.#cloud.put({ ...before, inputs, outputs });
    return outputs;
  }

  /** @throws Refusal */
  delete(resource: Resource, config: Values, id: string): void {
    const object = this.#cloud.get(resource.type, id);
    const request = this.#enter('delete', resource, config, object?.inputs ?? {});
    if (!object) return;
    const model = this.#modelOf(resource.type);
    this.#refuse(model.refuseDelete?.({ ...request, id }));
    this.#occupy(request);
    const along = this.#cloud.objects().filter((other) => model.takesAlong?.(id, other));
    for (const gone of [object, ...along]) this.#cloud.remove(gone);
  }

  /** How long a call about it lasts, in milliseconds: none where calls may meet. */
  lastsMs(type: string): number {
    return this.#modelOf(type).exclusive ? busyMs : 0;
  }

  /** @throws Refusal for a function without a model */
  invoke(token: string, config: Values, args: Values): Values {
    const answer = this.#model.functions[token];
    if (!answer) throw new Refusal(`the simulator has no model of the function ${token}`);
    return answer(args, { cloud: this.#cloud, config });
  }

  /** With `namePrefix`, the cloud ends the name. */
  #prefixed(type: string, inputs: Values, before: Values = {}): Values {
    const { autoName = '' } = this.#modelOf(type);
    const prefix = inputs[`${autoName}Prefix`];
    if (typeof prefix !== 'string' || inputs[autoName] !== undefined) return inputs;
    return { ...inputs, [autoName]: before[autoName] ?? `${prefix}${this.#cloud.random(26)}` };
  }

  #enter(
    operation: 'create' | 'update' | 'delete',
    resource: Resource,
    config: Values,
    inputs: Values,
  ): Request {
    this.#cloud.enter({ operation, ...resource });
    return this.#request(resource, config, inputs);
  }

  #request({ type, name }: Resource, config: Values, inputs: Values): Request {
    return { type, name, inputs, config, cloud: this.#cloud };
  }

  #occupy(request: Request): void {
    const what = this.#modelOf(request.type).exclusive?.(request);
    if (what !== undefined && !this.#cloud.occupy(what))
      throw new Refusal(`409 Conflict: another operation on ${what} is in progress`);
  }

  #refuse(reasons: readonly string[] = []): void {
    if (reasons.length > 0) throw new Refusal(reasons.join('\n'));
  }

  #modelOf(type: string): ResourceModel {
    const { every = {}, resources } = this.#model;
    const own = resources[type] ?? {};
    const both =
      <Args extends unknown[]>(one?: (...args: Args) => string[], other?: (...args: Args) => string[]) =>
      (...args: Args) => [...(one?.(...args) ?? []), ...(other?.(...args) ?? [])];
    return {
      ...every,
      ...own,
      check: both(every.check, own.check),
      refuse: both(every.refuse, own.refuse),
      refuseDelete: both(every.refuseDelete, own.refuseDelete),
      outputs: (made) => ({ ...every.outputs?.(made), ...own.outputs?.(made) }),
    };
  }

  #shape(resource: Resource, inputs: Values, leaf: Leaf, all = false): Values {
    const schema = this.#sdk.resource(resource.type);
    const fills = !this.#model.keepsInputs;
    return schema ? makeOutputs(this.#sdk, schema, inputs, leaf, { fills, all }) : inputs;
  }

  /** @param before  what the object had: what an update does not touch stays */
  #outputs(request: Request, id: string, before: Values = {}): Values {
    const { defaults, outputs, fingerprint, changing = [] } = this.#modelOf(request.type);
    const kept = Object.entries(before).filter(
      ([name]) => request.inputs[name] === undefined && !changing.includes(name),
    );
    const made = this.#shape(request, request.inputs, (kind, path) => madeUp[kind](`${path}-${id}`));
    const declared = this.#sdk.resource(request.type)?.outputs;
    const own = Object.entries(outputs?.({ ...request, id, before }) ?? {});
    return {
      ...made,
      ...Object.fromEntries(kept.filter(([name]) => made[name] !== undefined)),
      ...missingFrom(request.inputs, defaults),
      ...Object.fromEntries(own.filter(([name]) => declared?.has(name) ?? true)),
      ...(fingerprint && { [fingerprint.output]: fingerprint.of(request) }),
    };
  }
}

const dashed = (name: string, digits: string) => `${name}-${digits.slice(0, 7)}`;

const madeUp = {
  string: (path: string): unknown => `made-up-${path}`,
  number: (): unknown => 1,
  boolean: (): unknown => false,
};

function missingFrom(inputs: Values, defaults: Values = {}): Values {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => inputs[name] === undefined));
}
