import type { CloudObject, SimulatedCloud } from '../../../cloud.ts';
import type { Request } from '../../../model.ts';
import { at, isObject, type Values } from '../../../values.ts';
import { token } from '../addresses.ts';

/** What Azure refuses although the SDK takes it; asked of a create or an update, with everything known. */
export type Rule = (request: Request) => string[];
/** By type, without the package's name. */
export type Rules = Readonly<Record<string, Rule>>;

export const listed = (value: unknown): Values[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The object of a type whose inputs say the same as these, as `accountName`. */
export const sibling = (
  cloud: SimulatedCloud,
  type: string,
  inputs: Values,
  ...same: readonly string[]
): CloudObject | undefined =>
  cloud.objects(token(type)).find((object) => same.every((name) => object.inputs[name] === inputs[name]));

export const skuOf = (object: CloudObject | undefined): string => String(at(object?.inputs, 'sku.name'));
