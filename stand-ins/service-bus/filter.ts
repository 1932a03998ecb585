import type { Message } from 'rhea';

/**
 * A subscription's rule, as Service Bus knows them: a SQL expression over a message's properties, or a
 * correlation filter, all of whose parts must be equal.
 */
export type Filter =
  | { readonly sql: string }
  | { readonly subject?: string; readonly properties?: Readonly<Record<string, unknown>> };

export type Predicate = (message: Message) => boolean;

/** @throws Error for SQL beyond the subset: `= <> IN AND OR NOT IS NULL`, parentheses, names, strings, numbers */
export function compileFilter(filter: Filter): Predicate {
  if (!('sql' in filter)) return (message) => correlates(filter, message);
  const holds = new SqlParser(filter.sql).parse();
  return (message) => holds(message) === true;
}

function correlates(filter: Exclude<Filter, { sql: string }>, message: Message): boolean {
  if (filter.subject !== undefined && message.subject !== filter.subject) return false;
  return Object.entries(filter.properties ?? {}).every(
    ([name, value]) => message.application_properties?.[name] === value,
  );
}

/** SQL's third truth value is `undefined`: a comparison with a property that the message does not have. */
type Truth = boolean | undefined;
type Expression = (message: Message) => Truth;
type Operand = (message: Message) => unknown;

const system: Readonly<Record<string, (message: Message) => unknown>> = {
  'sys.label': (message) => message.subject,
  'sys.messageid': (message) => message.message_id,
  'sys.correlationid': (message) => message.correlation_id,
  'sys.to': (message) => message.to,
  'sys.contenttype': (message) => message.content_type,
};

class SqlParser {
  readonly #sql: string;
  readonly #tokens: string[];
  #at = 0;

  constructor(sql: string) {
    this.#sql = sql;
    this.#tokens = sql.match(/'(?:[^']|'')*'|\d+(?:\.\d+)?|<>|[=(),]|\[[^\]]+\]|[A-Za-z_][\w.]*|\S/g) ?? [];
  }

  parse(): Expression {
    const expression = this.#or();
    if (this.#at < this.#tokens.length) throw this.#unknown();
    return expression;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#accept('OR')) {
      const [a, b] = [left, this.#and()];
      left = (message) => either(a(message), b(message));
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#accept('AND')) {
      const [a, b] = [left, this.#not()];
      left = (message) => negate(either(negate(a(message)), negate(b(message))));
    }
    return left;
  }

  #not(): Expression {
    if (this.#accept('NOT')) {
      const inner = this.#not();
      return (message) => negate(inner(message));
    }
    if (this.#accept('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#operand();
    if (this.#accept('IS')) {
      const present = this.#accept('NOT');
      this.#expect('NULL');
      return (message) => (left(message) !== undefined) === present;
    }
    const negated = this.#accept('NOT');
    if (this.#accept('IN')) {
      this.#expect('(');
      const options = [this.#operand()];
      while (this.#accept(',')) options.push(this.#operand());
      this.#expect(')');
      return (message) => {
        const among = options
          .map((option) => equal(left(message), option(message)))
          .reduce(either, false as Truth);
        return negated ? negate(among) : among;
      };
    }
    const equals = this.#accept('=');
    if (!equals && !this.#accept('<>')) throw this.#unknown();
    const right = this.#operand();
    return (message) => {
      const same = equal(left(message), right(message));
      return equals ? same : negate(same);
    };
  }

  #operand(): Operand {
    const token = this.#tokens[this.#at++] ?? '';
    if (token.startsWith("'")) {
      const text = token.slice(1, -1).replaceAll("''", "'");
      return () => text;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (!/^[A-Za-z_[]/.test(token)) {
      this.#at -= 1;
      throw this.#unknown();
    }
    const read = system[token.toLowerCase()];
    if (read) return (message) => read(message) ?? undefined;
    const name = token.replace(/^\[|\]$/g, '').replace(/^user\./i, '');
    return (message) => message.application_properties?.[name];
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#unknown();
  }

  #unknown(): Error {
    return new Error(`not in this subset of SQL, at "${this.#tokens[this.#at] ?? 'the end'}": ${this.#sql}`);
  }
}

function equal(left: unknown, right: unknown): Truth {
  return left === undefined || right === undefined ? undefined : left === right;
}

function either(left: Truth, right: Truth): Truth {
  if (left === true || right === true) return true;
  return left === undefined || right === undefined ? undefined : false;
}

function negate(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}
