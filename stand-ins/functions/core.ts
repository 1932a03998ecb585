import { randomUUID } from 'node:crypto';
import { registerHooks } from 'node:module';

/**
 * The virtual module `@azure/functions-core`, which the real worker gives to `@azure/functions`: registrations come
 * in by it, and invocations go out through the programming model that the library sets.
 */

/** A value as it crosses from the host to the worker. */
export type RpcData = Readonly<Record<string, unknown>>;

export interface Binding extends Readonly<Record<string, unknown>> {
  readonly type: string;
  readonly name: string;
}

export interface RegisteredFunction {
  readonly name: string;
  readonly trigger: Binding;
  /** @throws whatever the handler throws */
  invoke(input: RpcData, metadata?: Readonly<Record<string, RpcData>>): Promise<RpcData>;
}

interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

interface Invocation {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: unknown): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<RpcData>;
}

interface ProgrammingModel {
  getInvocationModel(request: object): Invocation;
}

class Disposable {
  readonly #dispose: () => void;

  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }

  dispose(): void {
    this.#dispose();
  }
}

let model: ProgrammingModel | undefined;
let collected: RegisteredFunction[] = [];

const core = {
  version: '3.0.0',
  hostVersion: '4.0.0-stand-in',
  Disposable,
  setProgrammingModel: (given: ProgrammingModel) => {
    model = given;
  },
  getProgrammingModel: () => model,
  registerFunction: (metadata: Metadata, handler: unknown) => {
    const bindings = Object.entries(metadata.bindings).map(([name, binding]) => ({ ...binding, name }));
    const trigger = bindings.find(({ type }) => /trigger$/i.test(type));
    if (!trigger) throw new Error(`${metadata.name} has no trigger`);
    collected.push({
      name: metadata.name,
      trigger,
      invoke: (input, triggerMetadata = {}) =>
        invoke(metadata, handler, { inputData: [{ name: trigger.name, data: input }], triggerMetadata }),
    });
    return new Disposable(() => {});
  },
  registerHook: () => {
    throw new Error('this stand-in runs no hooks');
  },
  log: (level: string, _category: string, message: string) => {
    if (level === 'error' || level === 'critical') console.error(message);
  },
};

async function invoke(metadata: Metadata, handler: unknown, request: object): Promise<RpcData> {
  if (!model) throw new Error('@azure/functions set no programming model');
  const invocation = model.getInvocationModel({
    invocationId: randomUUID(),
    metadata,
    state: 'invocation',
    log: core.log,
    request: { ...request, traceContext: {} },
  });
  const { context, inputs } = await invocation.getArguments();
  return invocation.getResponse(context, await invocation.invokeFunction(context, inputs, handler));
}

const moduleUrl = 'functions-core:stand-in';
const globalName = Symbol.for('functions-core.stand-in');
Object.assign(globalThis, { [globalName]: core });

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@azure/functions-core'
      ? { url: moduleUrl, format: 'commonjs', shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === moduleUrl
      ? {
          format: 'commonjs',
          source: `module.exports = globalThis[Symbol.for('functions-core.stand-in')];`,
          shortCircuit: true,
        }
      : next(url, context),
});

/** The functions that are registered while `register` runs. */
export async function collectFunctions(register: () => unknown): Promise<RegisteredFunction[]> {
  collected = [];
  await register();
  const found = collected;
  collected = [];
  return found;
}
