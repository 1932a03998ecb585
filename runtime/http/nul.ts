import type { FieldError } from './problem.ts';

/**
 * Every text that holds U+0000, which PostgreSQL takes in no text and no JSON, by its field. For values that
 * follow a schema, and so are not deep.
 */
export function nulErrors(value: unknown, root: string, path: readonly string[] = []): FieldError[] {
  if (typeof value === 'string') {
    if (!value.includes('\0')) return [];
    return [
      { field: path.length > 0 ? path.join('.') : root, message: 'must not hold the character U+0000' },
    ];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => nulErrors(part, root, [...path, key]));
}
