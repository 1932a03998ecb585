import { createHash } from 'node:crypto';
import type { Database, QueryResult } from '../../../runtime/sql/pool.ts';

/** A statement under construction: what comes from outside is bound, never written into the text. */
export class Statement {
  readonly values: unknown[] = [];

  /** The placeholder for a value. */
  bind(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  /** Prepared under a name made from its text: the same shape is planned once per connection. */
  run<Row extends object>(
    database: Database,
    text: string,
  ): Promise<QueryResult<Row & Record<string, never>>> {
    return database.query(text, this.values, statementName(text));
  }
}

const names = new Map<string, string>();

/** The texts are as many as there are combinations of filters, orders and page sizes: a few hundred. */
function statementName(text: string): string {
  const known = names.get(text);
  if (known) return known;
  const name = `product-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  names.set(text, name);
  return name;
}

/** `and`-ed conditions as a where clause. */
export const where = (conditions: readonly (string | false | undefined)[]): string => {
  const given = conditions.filter(Boolean);
  return given.length === 0 ? '' : `where ${given.join(' and ')}`;
};
