/** A thing of a shop as it is carried, in JSON: an account, a product, a document. */
export interface Thing {
  /** Grows by one with every change, wherever the thing is. */
  readonly version: number;
}

/** Things of one kind in one shop. Nothing that is written here says an event: all has been said where it was. */
export interface Store {
  /** The kind, the same in every shop; and what its file is called. */
  readonly name: string;
  /** What tells things of this kind apart, for people too. */
  keyOf(thing: Thing): string;
  /** Everything there is, some at a time, in an order in which it may be written elsewhere. */
  read(): AsyncIterable<readonly Thing[]>;
  /** Writes those that are not there yet, at the version that they have. Answers with the others. */
  create(things: readonly Thing[]): Promise<readonly Thing[]>;
  /** What there is under the key of each now. */
  find(things: readonly Thing[]): Promise<readonly (Thing | undefined)[]>;
  /** Puts a thing in the place of an older one. @throws ConflictError when that has changed */
  supersede(older: Thing, newer: Thing): Promise<void>;
}
