import ts from 'typescript';
import { isObject, isUnknown, type Values } from '../simulator/values.ts';
import { nameOf, type ResourceSchema, type Sdk } from './sdk.ts';

/** What a made-up value becomes: at preview it is unknown, later it is a value of that kind. */
export type Leaf = (kind: 'string' | 'number' | 'boolean', path: string) => unknown;

export interface OutputOptions {
  /** Whether objects that were given get fields beside those that were sent (`identity.principalId`). @default true */
  readonly fills?: boolean;
  /** Whether those are made too that a cloud may leave out. @default false */
  readonly all?: boolean;
}

/** Nested types may refer to themselves. */
const deepest = 6;

/**
 * The outputs that a cloud adds to what it was given, in the shapes that the SDK declares. A program reads nested
 * fields (`certificateAuthority.data`): were they absent, whatever depends on them would silently drop out.
 */
export function makeOutputs(
  sdk: Sdk,
  schema: ResourceSchema,
  inputs: Values,
  leaf: Leaf,
  { fills = true, all = false }: OutputOptions = {},
): Values {
  const outputs: Values = { ...schema.constants, ...inputs };
  for (const [name, { type }] of schema.outputs) {
    // `string | undefined` is an input that is given back; a plain `string` is one that the cloud fills in.
    if (inputs[name] === undefined && (all || !mayBeUndefined(type)))
      outputs[name] = make(sdk, type, leaf, name, 0);
    else if (fills && isObject(inputs[name]))
      outputs[name] = fill(inputs[name], make(sdk, type, leaf, name, 0));
    if (outputs[name] === undefined) delete outputs[name];
  }
  return outputs;
}

function make(sdk: Sdk, type: ts.TypeNode, leaf: Leaf, path: string, depth: number): unknown {
  if (depth > deepest) return undefined;
  if (ts.isParenthesizedTypeNode(type)) return make(sdk, type.type, leaf, path, depth);
  if (ts.isUnionTypeNode(type)) {
    const first = type.types.find(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
    return first && make(sdk, first, leaf, path, depth);
  }
  if (ts.isArrayTypeNode(type)) {
    const item = make(sdk, type.elementType, leaf, `${path}[0]`, depth + 1);
    return item === undefined ? [] : [item];
  }
  // What keys a map will have is not known before it is there.
  if (ts.isTypeLiteralNode(type)) return isUnknown(leaf('string', path)) ? leaf('string', path) : {};
  if (ts.isTypeReferenceNode(type)) {
    const name = nameOf(type);
    if (name.startsWith('enums.')) return leaf('string', path);
    const fields = name.startsWith('outputs.') && sdk.outputTypes.fieldsOf(name.slice('outputs.'.length));
    if (!fields) return undefined;
    const made = [...fields].map(([field, declared]) => [
      field,
      make(sdk, declared.type, leaf, `${path}.${field}`, depth + 1),
    ]);
    return Object.fromEntries(made.filter(([, value]) => value !== undefined));
  }
  const kind = primitives.get(type.kind);
  return kind && leaf(kind, path);
}

const primitives = new Map<ts.SyntaxKind, 'string' | 'number' | 'boolean'>([
  [ts.SyntaxKind.StringKeyword, 'string'],
  [ts.SyntaxKind.NumberKeyword, 'number'],
  [ts.SyntaxKind.BooleanKeyword, 'boolean'],
]);

const mayBeUndefined = (type: ts.TypeNode) =>
  ts.isUnionTypeNode(type) && type.types.some(({ kind }) => kind === ts.SyntaxKind.UndefinedKeyword);

/** What was given stays; what the cloud knows more is added beside it, at every depth. */
function fill(given: unknown, made: unknown): unknown {
  if (!isObject(given) || !isObject(made)) return given;
  const names = [...new Set([...Object.keys(given), ...Object.keys(made)])];
  return Object.fromEntries(
    names.map((name) => [name, given[name] === undefined ? made[name] : fill(given[name], made[name])]),
  );
}
