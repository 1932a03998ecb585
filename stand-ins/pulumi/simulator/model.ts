import type { CloudObject, SimulatedCloud } from './cloud.ts';
import type { Values } from './values.ts';

/**
 * What the tables of a package say beyond its SDK. Every entry is optional: a type without one is still checked
 * against the SDK, gets an id and the outputs that the SDK declares.
 */
export interface PackageModel {
  /** By token, as `aws:sqs/queue:Queue`. */
  readonly resources: Readonly<Record<string, ResourceModel>>;
  /** For the types that are not in `resources`, and for what all types have in common. */
  readonly every?: ResourceModel;
  /** By token, as `aws:index/getRegion:getRegion`; one that is not here is refused. */
  readonly functions: Readonly<Record<string, (args: Values, context: Context) => Values>>;
  /** Objects are given back as they were sent: the cloud adds nothing within what was given. */
  readonly keepsInputs?: boolean;
  /** At preview nothing is known but what was given, be it that the cloud will leave it out. */
  readonly unknownUntilMade?: boolean;
  /** Types that the SDK does not know and the provider takes all the same, as Kubernetes' custom resources. */
  readonly isOpen?: (type: string) => boolean;
  /** @returns what is wrong with the provider's configuration */
  readonly checkConfig?: (config: Values) => string[];
}

export interface ResourceModel {
  /** The input (`name`, `metadata.name`) that names the object: when it is optional and not given, it becomes the logical name and seven random characters. */
  readonly autoName?: string;
  /** Makes that name otherwise, from the logical name and hexadecimal digits. */
  readonly autoNamed?: (name: string, digits: string) => string;
  /** The object's id. Default: the type's last word and random characters. */
  readonly id?: (request: Request) => string;
  /** Two objects of one type with the same answer cannot be: the second is refused. */
  readonly unique?: (request: Request) => string | undefined;
  /** Inputs (`name`, `metadata.name`) whose change makes a new object. */
  readonly forceNew?: readonly string[];
  /** The old object goes before the new one comes. */
  readonly deleteBeforeReplace?: (request: Request) => boolean;
  /** Outputs, where the program gave no such input. */
  readonly defaults?: Values;
  /** Outputs that mean something, over the made-up ones. */
  readonly outputs?: (made: Made) => Values;
  /** Of the inputs, what counts when old and new ones are compared. */
  readonly significant?: (inputs: Values) => Values;
  /** Outputs that any update may change, and so are not known in its preview. */
  readonly changing?: readonly string[];
  /** Of what the inputs only point at, as a folder's files: kept as an output; another one is a change. */
  readonly fingerprint?: { readonly output: string; readonly of: (request: Request) => string };
  /** What is wrong with the inputs alone; before preview, and with unknowns among them. */
  readonly check?: (request: Request) => string[];
  /** What the cloud as it is then has against a create, or an update. */
  readonly refuse?: (request: Request) => string[];
  /** What only one call at a time may touch, as a server whose children collide: a second one is refused meanwhile. */
  readonly exclusive?: (request: Request) => string | undefined;
  /** Whether another object ends with this one, as what is in a resource group. */
  readonly takesAlong?: (id: string, other: CloudObject) => boolean;
  /** What the cloud as it is then has against the end of this object. */
  readonly refuseDelete?: (request: Request & { readonly id: string }) => string[];
}

export interface Context {
  readonly cloud: SimulatedCloud;
  /** The provider's own configuration. */
  readonly config: Values;
}

export interface Request extends Context {
  readonly type: string;
  /** The last part of its URN. */
  readonly name: string;
  readonly inputs: Values;
}

export interface Made extends Request {
  readonly id: string;
  /** The outputs it had, when this is an update; else empty. */
  readonly before: Values;
}
