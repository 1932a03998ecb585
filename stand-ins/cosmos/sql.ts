/**
 * The part of Cosmos DB's SQL that this stand-in knows; anything else is an error.
 *
 *   query      = SELECT [TOP n] (* | <the rewritten list>) FROM c [WHERE expression] [ORDER BY path [ASC | DESC]]
 *   condition  = FROM c WHERE expression
 *   expression = AND, OR, NOT, parentheses, true, IS_DEFINED(path), path (= | <> | < | <= | > | >=) value
 *   path       = c.name or c["name"], nested; value = @parameter, "text", 'text', number, true, false, null
 *
 * A comparison of different types, or with what is not there, is neither true nor false.
 */
export type Parameters = Readonly<Record<string, unknown>>;
export type Truth = boolean | undefined;
export type Path = readonly string[];

export interface Query {
  readonly top: number | undefined;
  /** The SDK asks each range for an item beside the value it is ordered by. */
  readonly rewritten: boolean;
  readonly where: (item: unknown) => Truth;
  readonly whereText: string;
  readonly orderBy: { readonly path: Path; readonly text: string; readonly descending: boolean } | undefined;
  /** Every path that a filter or the order names. */
  readonly paths: readonly Path[];
}

export class SqlError extends Error {
  override readonly name = 'SqlError';
}

const queryForm =
  /^\s*SELECT\s+(?:TOP\s+(\d+)\s+)?(\*|c\._rid, \[\{"item": [^}]+\}\] AS orderByItems, c AS payload)\s+FROM\s+c(?:\s+WHERE\s+(.*?))?(?:\s+ORDER\s+BY\s+(\S+)(?:\s+(ASC|DESC))?)?\s*$/is;

export function parseQuery(text: string, parameters: Parameters = {}): Query {
  const form = queryForm.exec(text);
  if (!form) throw new SqlError(`not in this subset of SQL: ${text}`);
  const [, top, list = '*', whereText = 'true', order, direction] = form;
  const parser = new Parser(whereText, parameters);
  const where = parser.parse();
  const orderPath = order === undefined ? undefined : new Parser(order, {}).parsePath();
  return {
    top: top === undefined ? undefined : Number(top),
    rewritten: list !== '*',
    where,
    whereText,
    orderBy: orderPath && {
      path: orderPath,
      text: order ?? '',
      descending: direction?.toUpperCase() === 'DESC',
    },
    paths: orderPath ? [...parser.paths, orderPath] : parser.paths,
  };
}

/** A patch's condition. */
export function parseCondition(text: string): (item: unknown) => Truth {
  const form = /^\s*FROM\s+c\s+WHERE\s+(.*)$/is.exec(text);
  if (!form) throw new SqlError(`not in this subset of SQL: ${text}`);
  return new Parser(form[1] ?? '', {}).parse();
}

export function valueAt(item: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, name) => {
    const inside = value !== null && typeof value === 'object' && Object.hasOwn(value, name);
    return inside ? (value as Record<string, unknown>)[name] : undefined;
  }, item);
}

/** Numbers by size and texts by code point; undefined for what cannot be compared. */
export function compare(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left !== typeof right || left === undefined) return undefined;
  if (typeof left === 'number') return left - (right as number);
  return left === right ? 0 : undefined;
}

function compareText(left: string, right: string): number {
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const difference = rankOf(left.charCodeAt(at)) - rankOf(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** By which code units sort as the code points that they are part of do: surrogates stand for the highest. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

type Expression = (item: unknown) => Truth;

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

class Parser {
  readonly paths: Path[] = [];
  readonly #text: string;
  readonly #tokens: string[];
  readonly #parameters: Parameters;
  #at = 0;

  constructor(text: string, parameters: Parameters) {
    this.#text = text;
    this.#tokens = text.match(/"(?:[^"\\]|\\.)*"|'[^'\\]*'|-?\d+(?:\.\d+)?|<>|<=|>=|@\w+|\w+|\S/g) ?? [];
    this.#parameters = parameters;
  }

  parse(): Expression {
    const expression = this.#or();
    if (this.#at < this.#tokens.length) throw this.#unknown();
    return expression;
  }

  parsePath(): Path {
    const path = this.#path();
    if (this.#at < this.#tokens.length) throw this.#unknown();
    return path;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#accept('OR')) {
      const [a, b] = [left, this.#and()];
      left = (item) => either(a(item), b(item));
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#accept('AND')) {
      const [a, b] = [left, this.#not()];
      left = (item) => negate(either(negate(a(item)), negate(b(item))));
    }
    return left;
  }

  #not(): Expression {
    if (this.#accept('NOT')) {
      const inner = this.#not();
      return (item) => negate(inner(item));
    }
    if (this.#accept('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    if (this.#accept('TRUE')) return () => true;
    if (this.#accept('IS_DEFINED')) {
      this.#expect('(');
      const path = this.#path();
      this.#expect(')');
      return (item) => valueAt(item, path) !== undefined;
    }
    const path = this.#path();
    const holds = comparisons[this.#tokens[this.#at++] ?? ''];
    if (!holds) throw this.#unknown();
    const value = this.#value();
    return (item) => {
      const order = compare(valueAt(item, path), value);
      return order === undefined ? undefined : holds(order);
    };
  }

  #path(): Path {
    this.#expect('C');
    const path: string[] = [];
    for (;;) {
      if (this.#accept('.')) path.push(this.#tokens[this.#at++] ?? '');
      else if (this.#accept('[')) {
        path.push(JSON.parse(this.#tokens[this.#at++] ?? ''));
        this.#expect(']');
      } else break;
    }
    if (path.length === 0) throw this.#unknown();
    this.paths.push(path);
    return path;
  }

  #value(): unknown {
    const token = this.#tokens[this.#at++] ?? '';
    if (token.startsWith('@')) {
      if (!(token in this.#parameters)) throw new SqlError(`no parameter ${token}`);
      return this.#parameters[token];
    }
    if (token.startsWith("'")) return token.slice(1, -1);
    if (/^["\d-]|^(true|false|null)$/.test(token)) return JSON.parse(token);
    throw this.#unknown();
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#unknown();
  }

  #unknown(): SqlError {
    const where = this.#tokens[this.#at] ?? 'the end';
    return new SqlError(`not in this subset of SQL, at or before "${where}": ${this.#text}`);
  }
}

function either(left: Truth, right: Truth): Truth {
  if (left === true || right === true) return true;
  return left === undefined || right === undefined ? undefined : false;
}

function negate(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}
