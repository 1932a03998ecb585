import ts from 'typescript';
import { isObject, isSpecial, isUnknown, type Values } from '../simulator/values.ts';
import type { Fields } from './declarations.ts';
import { nameOf, type ResourceSchema, type Sdk } from './sdk.ts';

/** Why an input is refused; `path` as `spec.containers[0].image`. */
export interface Failure {
  readonly path: string;
  readonly reason: string;
}

/**
 * Inputs against what the SDK declares, at every depth: a property that does not exist, one that is missing, one of
 * another kind. What is not known yet passes. The SDK's own constructors only look at the outermost level, and drop
 * there what they do not know, so nested mistakes are what this finds.
 */
export function checkInputs(sdk: Sdk, schema: ResourceSchema, inputs: Values): Failure[] {
  const given = Object.fromEntries(
    Object.entries(inputs).filter(([name, value]) => schema.constants[name] !== value),
  );
  return checkFields(sdk, schema.inputs, given, '');
}

function checkFields(sdk: Sdk, fields: Fields, given: Values, path: string): Failure[] {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const failures: Failure[] = [];
  for (const [name, { optional, type }] of fields) {
    const value = given[name];
    if (value !== undefined && value !== null) failures.push(...checkValue(sdk, type, value, at(name)));
    else if (!optional) failures.push({ path: at(name), reason: `missing required property '${name}'` });
  }
  for (const [name, value] of Object.entries(given)) {
    if (!fields.has(name) && value !== undefined)
      failures.push({ path: at(name), reason: `'${name}' is not a known property` });
  }
  return failures;
}

function checkValue(sdk: Sdk, type: ts.TypeNode, value: unknown, path: string): Failure[] {
  if (isUnknown(value) || isSpecial(value) || value === null) return [];
  if (ts.isParenthesizedTypeNode(type)) return checkValue(sdk, type.type, value, path);
  if (ts.isUnionTypeNode(type)) return checkUnion(sdk, type, value, path);
  if (ts.isArrayTypeNode(type)) {
    if (!Array.isArray(value)) return [wrongKind(path, 'a list', value)];
    return value.flatMap((item, index) => checkValue(sdk, type.elementType, item, `${path}[${index}]`));
  }
  if (ts.isTypeLiteralNode(type)) {
    const [member] = type.members;
    if (!member || !ts.isIndexSignatureDeclaration(member)) return [];
    if (!isObject(value)) return [wrongKind(path, 'a map', value)];
    return Object.entries(value).flatMap(([key, item]) =>
      checkValue(sdk, member.type, item, `${path}.${key}`),
    );
  }
  if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) {
    return value === type.literal.text ? [] : [{ path, reason: `must be '${type.literal.text}'` }];
  }
  if (ts.isTypeReferenceNode(type)) return checkReference(sdk, type, value, path);
  const wanted = primitives.get(type.kind);
  return wanted === undefined || typeof value === wanted ? [] : [wrongKind(path, `a ${wanted}`, value)];
}

function checkReference(sdk: Sdk, type: ts.TypeReferenceNode, value: unknown, path: string): Failure[] {
  const name = nameOf(type);
  if (name === 'pulumi.Input' && type.typeArguments?.[0])
    return checkValue(sdk, type.typeArguments[0], value, path);
  if (!name.startsWith('inputs.')) return []; // enums are strings or numbers; assets and the like are engine's
  const fields = sdk.inputTypes.fieldsOf(name.slice('inputs.'.length));
  if (!fields) return [];
  return isObject(value) ? checkFields(sdk, fields, value, path) : [wrongKind(path, 'an object', value)];
}

/** One alternative that takes the value is enough; of those that do not, the one that comes nearest is told. */
function checkUnion(sdk: Sdk, type: ts.UnionTypeNode, value: unknown, path: string): Failure[] {
  const alternatives = type.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
  const tried = alternatives.map((alternative) => checkValue(sdk, alternative, value, path));
  if (tried.some((failures) => failures.length === 0)) return [];
  return tried.toSorted((one, other) => depth(other) - depth(one))[0] ?? [];
}

const depth = (failures: readonly Failure[]) => Math.max(0, ...failures.map(({ path }) => path.length));

const primitives = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.StringKeyword, 'string'],
  [ts.SyntaxKind.NumberKeyword, 'number'],
  [ts.SyntaxKind.BooleanKeyword, 'boolean'],
]);

function wrongKind(path: string, wanted: string, value: unknown): Failure {
  const is = Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return { path, reason: `must be ${wanted}, and is ${is}` };
}
