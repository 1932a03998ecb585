/** A JSON schema as far as the document's request bodies use it. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
}

export interface BadBody {
  readonly what: string;
  /** Dotted, as the problem document names it. */
  readonly field: string;
  /** JSON that may hold numbers which JavaScript cannot. */
  readonly text: string;
}

type Path = readonly (string | number)[];

/** Raw JSON in place of a value. */
class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Every way in which one field of a valid body can fail its schema. */
export function badBodies(schema: JsonSchema, valid: object): BadBody[] {
  return [...walk(schema, valid, [])].map(({ what, path, value }) => ({
    what,
    field: path.join('.'),
    text: write(replace(valid, path, value)),
  }));
}

interface Bad {
  readonly what: string;
  readonly path: Path;
  /** Undefined leaves the field out. */
  readonly value: unknown;
}

function* walk(schema: JsonSchema, valid: unknown, path: Path): Generator<Bad> {
  if (path.length > 0) {
    for (const [what, value] of wrongValues(schema)) yield { what, path, value };
  }
  if (schema.properties) {
    const object = valid as Record<string, unknown>;
    yield { what: 'that is not known', path: [...path, 'nonsense'], value: 1 };
    for (const name of schema.required ?? [])
      yield { what: 'left out', path: [...path, name], value: undefined };
    for (const [name, property] of Object.entries(schema.properties)) {
      yield* walk(property, object[name], [...path, name]);
    }
  }
  if (schema.items && Array.isArray(valid)) yield* walk(schema.items, valid[0], [...path, 0]);
}

function* wrongValues(schema: JsonSchema): Generator<[string, unknown]> {
  const kinds = new Set((schema.anyOf ?? [schema]).map(({ type }) => type));
  const samples: Record<string, unknown> = {
    null: null,
    boolean: true,
    number: 1.5,
    string: '1',
    array: [],
    object: {},
  };
  for (const [type, value] of Object.entries(samples)) {
    if (!kinds.has(type)) yield [`as ${type}`, value];
  }
  const only = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
  if (only.type === 'integer') {
    const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = only;
    for (const value of [minimum - 1, maximum + 1]) yield [`of ${value}`, value];
    for (const text of [
      '1.000001',
      '1e999',
      '-1e999',
      '9007199254740993',
      '1e-7',
      '123456789012345678901234567890',
    ]) {
      yield [`of ${text}`, new Raw(text)];
    }
    if (minimum >= 0) yield ['of -1', -1];
  }
  if (only.type === 'string') {
    yield ['with NUL', 'abc\u0000def'];
    yield ['of NUL', '\u0000'];
    if (only.minLength ?? only.pattern ?? only.format) yield ['of no length', ''];
    if (only.maxLength ?? only.pattern ?? only.format) {
      yield ['too long', `a${'x'.repeat((only.maxLength ?? 20_000) + 1)}`];
    }
    if (only.pattern ?? only.format) yield ['of other characters', ' \u202e\n<script>'];
  }
  if (only.type === 'array') {
    if (only.minItems) yield ['of no items', []];
    if (only.maxItems) yield ['of too many items', Array(only.maxItems + 1).fill(null)];
  }
}

function replace(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy = Array.isArray(whole) ? [...whole] : { ...(whole as object) };
  const next = replace((copy as Record<string, unknown>)[key], rest, value);
  if (next === undefined) delete (copy as Record<string, unknown>)[key];
  else (copy as Record<string, unknown>)[key] = next;
  return copy;
}

/** JSON.stringify with raw numbers. */
function write(value: unknown): string {
  const raws: string[] = [];
  const text = JSON.stringify(value, (_key, part) => {
    if (!(part instanceof Raw)) return part;
    raws.push(part.text);
    return `RAW-${raws.length - 1}-RAW`;
  });
  return text.replace(/"RAW-(\d+)-RAW"/g, (_all, index) => raws[Number(index)] as string);
}
