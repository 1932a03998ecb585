import { parseCondition, SqlError } from './sql.ts';

export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

export interface Patch {
  readonly operations: readonly PatchOperation[];
  readonly condition?: string;
}

/** Cosmos DB takes at most so many operations in a patch. */
const maxOperations = 10;

/** The patched item, or the status that refuses it: 412 for a condition that does not hold, else 400. */
export function applyPatch(
  item: object,
  { operations, condition }: Patch,
  fixedPath: string,
): { readonly item: object } | { readonly status: 400 | 412; readonly message: string } {
  if (operations.length === 0 || operations.length > maxOperations) {
    return { status: 400, message: `a patch has 1 to ${maxOperations} operations` };
  }
  try {
    if (condition !== undefined && parseCondition(condition)(item) !== true) {
      return { status: 412, message: 'One of the specified pre-condition is not met.' };
    }
  } catch (error) {
    if (error instanceof SqlError) return { status: 400, message: error.message };
    throw error;
  }
  const patched = structuredClone(item);
  for (const operation of operations) {
    const message =
      operation.path === '/id' || operation.path.startsWith('/_') || operation.path === fixedPath
        ? `${operation.path} cannot be patched`
        : applyOperation(patched, operation);
    if (message !== undefined) return { status: 400, message };
  }
  return { item: patched };
}

/** What is wrong with it, or undefined when it is done. */
function applyOperation(item: object, { op, path, value }: PatchOperation): string | undefined {
  const names = path.split('/').slice(1).map(unescapePointer);
  const last = names.pop() ?? '';
  let parent: unknown = item;
  for (const name of names) {
    if (Array.isArray(parent)) return `this stand-in patches no arrays: ${path}`;
    parent = (parent as Record<string, unknown> | undefined)?.[name];
  }
  if (parent === null || typeof parent !== 'object') return `${path}: its parent is no object`;
  if (Array.isArray(parent)) return `this stand-in patches no arrays: ${path}`;
  const fields = parent as Record<string, unknown>;
  const there = Object.hasOwn(fields, last);
  if (op === 'set' || op === 'add' || (op === 'replace' && there)) fields[last] = value;
  else if (op === 'remove' && there) delete fields[last];
  else if (op === 'incr') {
    const before = there ? fields[last] : 0;
    if (typeof before !== 'number' || typeof value !== 'number') return `${path} is no number`;
    fields[last] = before + value;
  } else return `${op} of ${path} is not possible`;
  return undefined;
}

const unescapePointer = (name: string) => name.replaceAll('~1', '/').replaceAll('~0', '~');
