import type { Packages } from '../../../stand-ins/pulumi/simulation.ts';
import type { CloudObject, Fault } from '../../../stand-ins/pulumi/simulator/cloud.ts';
import type { Values } from '../../../stand-ins/pulumi/simulator/values.ts';

/** A program in one configuration, and what the cases must know of it to be able to judge. */
export interface Subject {
  /** The folder with Pulumi.yaml: a copy, for cases edit it (see `copyProgram`). */
  readonly program: string;
  readonly stack: string;
  readonly packages: Packages;
  readonly config?: Readonly<Record<string, string>>;
  /** The folder of a state that several stacks have in common; a new one by default. */
  readonly backend?: string;
  /** The folder of a policy pack that previews and ups must pass. */
  readonly policyPack?: string;
  /** What goes wrong while the stack is first made: best something in its middle. */
  readonly fault: Fault;
  /** Changes of one service's code. */
  readonly edits: readonly Edit[];
  readonly settings: readonly SettingChange[];
  readonly drift: Drift;
  /** What an object in the cloud lacks of the tags or labels that everything must have; none for what takes none. */
  readonly missingTags: (object: CloudObject) => string[];
  /** Types whose inputs may hold any secret in the cloud, as its store of secrets; or `type secret`, that one only. */
  readonly secretHolders: readonly string[];
  /** Secrets beside those that the program generates, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The reviewed list of resources. */
  readonly snapshot: string;
  /** `type name` of what a destroy must leave alone; none where everything goes. */
  readonly protected?: readonly string[];
  /** What lifts the protection, by an up. */
  readonly unprotect?: Readonly<Record<string, string>>;
}

export interface Edit {
  readonly title: string;
  /** A file of the program, from its folder. */
  readonly file: string;
  readonly change: (text: string) => string;
  /** Exactly what changes, as `update aws:lambda/function:Function mail`. */
  readonly touches: readonly string[];
}

export interface SettingChange {
  readonly title: string;
  readonly config: Readonly<Record<string, string>>;
  readonly touches: readonly string[];
}

/** Something changed by hand, and something deleted by hand: `type name` of each. */
export interface Drift {
  readonly changed: { readonly type: string; readonly name: string; readonly to: Values };
  readonly deleted: { readonly type: string; readonly name: string };
}
