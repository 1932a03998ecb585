import { createHash } from 'node:crypto';
import { same, type Values } from './values.ts';

export interface CloudObject {
  /** A Pulumi token, as `aws:sqs/queue:Queue`. */
  readonly type: string;
  readonly id: string;
  /** The logical name of the resource that made it. */
  readonly name: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

export type Operation = 'create' | 'read' | 'update' | 'delete';

export interface Call {
  readonly operation: Operation;
  readonly type: string;
  readonly name: string;
}

/** A call that goes wrong on demand. */
export interface Fault {
  readonly operation: Operation;
  readonly type: string;
  /** Every resource of the type by default. */
  readonly name?: string;
  readonly message: string;
  /** @default 1 */
  readonly times?: number;
}

/** How long a call lasts that lets in no other one, in milliseconds. */
export const busyMs = 50;

/**
 * What the simulated providers have made, of all packages together, as a test sees it: it asks what is there,
 * changes things behind Pulumi's back, and says which call is to fail.
 */
export class SimulatedCloud {
  readonly account = '123456789012';
  /** What relative paths of inputs start from, as a build context. */
  readonly programFolder: string;
  readonly calls: Call[] = [];
  readonly #objects = new Map<string, CloudObject>();
  /** What is gone, the last first: some clouds keep a deleted object's name. */
  readonly removed: CloudObject[] = [];
  readonly #occupied = new Map<string, number>();
  #faults: { fault: Fault; left: number }[] = [];
  #made = 0;

  constructor(programFolder: string) {
    this.programFolder = programFolder;
  }

  objects(...types: string[]): CloudObject[] {
    const all = [...this.#objects.values()];
    return types.length === 0 ? all : all.filter(({ type }) => types.includes(type));
  }

  get(type: string, id: string): CloudObject | undefined {
    return this.#objects.get(`${type}|${id}`);
  }

  /** @throws Error when there is not exactly one */
  only(type: string, name?: string): CloudObject {
    const found = this.objects(type).filter((object) => name === undefined || object.name === name);
    const [first] = found;
    if (!first || found.length > 1)
      throw new Error(`${found.length} objects ${type} ${name ?? ''}, and one was looked for`);
    return first;
  }

  put(object: CloudObject): void {
    this.#objects.set(`${object.type}|${object.id}`, object);
  }

  /** Someone changes an object by hand. Its outputs follow where they only repeat the input. */
  drift(object: CloudObject, changes: Values): void {
    const outputs = { ...object.outputs };
    for (const [name, value] of Object.entries(changes))
      if (same(outputs[name], object.inputs[name])) outputs[name] = value;
    this.put({ ...object, inputs: { ...object.inputs, ...changes }, outputs });
  }

  /** Someone deletes an object by hand, or the cloud does after a `delete`. */
  remove({ type, id }: Pick<CloudObject, 'type' | 'id'>): void {
    const object = this.get(type, id);
    if (object) this.removed.unshift(object);
    this.#objects.delete(`${type}|${id}`);
  }

  /** @returns whether a call may touch it, which then takes `busyMs` */
  occupy(what: string): boolean {
    if ((this.#occupied.get(what) ?? 0) > performance.now()) return false;
    this.#occupied.set(what, performance.now() + busyMs);
    return true;
  }

  failNext(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  /** @throws Error when this call is one that was to fail */
  enter(call: Call): void {
    this.calls.push(call);
    const due = this.#faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.operation === call.operation &&
        fault.type === call.type &&
        (fault.name === undefined || fault.name === call.name),
    );
    if (!due) return;
    due.left -= 1;
    this.#faults = this.#faults.filter(({ left }) => left > 0);
    throw new Error(due.fault.message);
  }

  /** Hexadecimal, the same in every run that makes the same things in the same order. */
  random(length: number): string {
    this.#made += 1;
    return createHash('sha256').update(`${this.#made}`).digest('hex').slice(0, length);
  }
}
