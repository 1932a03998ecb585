import struct from 'google-protobuf/google/protobuf/struct_pb.js';

/** A resource's properties as they cross the wire, secrets laid open. */
export type Values = Record<string, unknown>;

/** What the engine writes for a value that is not known before the update. */
export const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
/** The key that marks an object as something else: an asset, an archive, a secret, a resource. */
const signature = '4dabf18193072939515e22adb298388d';
const secret = '1b47061264138c4ac30d75fd1eb44270';

export const isUnknown = (value: unknown): boolean => value === unknown;

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An asset or archive, of which the engine has already made a hash. */
export const isSpecial = (value: unknown): value is Values => isObject(value) && signature in value;

export function fromStruct(given: struct.Struct | undefined): Values {
  return open(given?.toJavaScript() ?? {}) as Values;
}

export function toStruct(values: Values): struct.Struct {
  return struct.Struct.fromJavaScript(withoutUndefined(values) as Record<string, struct.JavaScriptValue>);
}

/** Secrets become what they hold. The engine marks outputs as secret by the inputs that were. */
function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (!isObject(value)) return value;
  if (value[signature] === secret) return open(value.value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, open(item)]));
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item) ?? null);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutUndefined(item)]));
}

/** Whether two values mean the same; assets and archives are the same when their contents are. */
export function same(one: unknown, other: unknown): boolean {
  if (isSpecial(one) && isSpecial(other) && one.hash !== undefined) return one.hash === other.hash;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => same(item, other[index]));
  if (isObject(one) && isObject(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].every((name) => same(one[name], other[name]));
  }
  return (one ?? undefined) === (other ?? undefined);
}

/** Every text in a value, with the path to it and the name of the property that holds it. */
export function* textsIn(
  value: unknown,
  path = '',
  property = '',
): Generator<{ path: string; property: string; text: string }> {
  if (typeof value === 'string') yield { path, property, text: value };
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* textsIn(item, `${path}[${index}]`, property);
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value))
      yield* textsIn(item, path === '' ? name : `${path}.${name}`, name);
  }
}

/** `spec.template` of an object. Undefined where a part is missing or not known yet. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((held, name) => (isObject(held) ? held[name] : undefined), value);
}

/** The same object with one more part, which may lie deep. */
export function withValue(values: Values, path: string, value: unknown): Values {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...values, [first]: value };
  const held = values[first];
  return { ...values, [first]: withValue(isObject(held) ? held : {}, rest.join('.'), value) };
}
