import { InvalidCursorError } from '../../errors.ts';

/** A page's end as an opaque text: the position of its last document, as key texts. */
export function writeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The `length` texts of a position. @throws InvalidCursorError */
export function readCursor(cursor: string, length: number): string[] {
  const position = parse(cursor);
  const isPosition =
    Array.isArray(position) &&
    position.length === length &&
    position.every((part) => typeof part === 'string' && !part.includes('\0'));
  if (!isPosition) throw new InvalidCursorError('the cursor is not one that a page gave');
  return position as string[];
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
