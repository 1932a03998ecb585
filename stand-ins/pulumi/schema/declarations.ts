import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * The interfaces of a Pulumi SDK's generated `types/input.d.ts` and `types/output.d.ts`. These files have up to
 * 9 MB, so they are cut into interfaces by their lines, and only an interface that is asked for is parsed.
 */

export interface Field {
  readonly type: ts.TypeNode;
  readonly optional: boolean;
}

export type Fields = ReadonlyMap<string, Field>;

/** `ec2.SubnetFoo` → its fields. */
export class Declarations {
  readonly #slices: ReadonlyMap<string, string>;
  readonly #parsed = new Map<string, Fields>();

  constructor(file: string) {
    this.#slices = existsSync(file) ? cutInterfaces(readFileSync(file, 'utf8')) : new Map();
  }

  /** Undefined when there is no such interface. */
  fieldsOf(name: string): Fields | undefined {
    const slice = this.#slices.get(name);
    if (slice === undefined) return undefined;
    const known = this.#parsed.get(name) ?? membersOf(parse(slice).statements[0]);
    this.#parsed.set(name, known);
    return known;
  }
}

/** Both sides of one SDK: what its resources take, and what they give. */
export function declarationsOf(packageFolder: string) {
  return {
    inputs: new Declarations(join(packageFolder, 'types/input.d.ts')),
    outputs: new Declarations(join(packageFolder, 'types/output.d.ts')),
  };
}

export function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('slice.d.ts', text, ts.ScriptTarget.Latest, false);
}

/** The properties of an interface or class; methods, statics and index signatures are left out. */
export function membersOf(statement: ts.Statement | undefined): Fields {
  const fields = new Map<string, Field>();
  if (!statement || !(ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement)))
    return fields;
  for (const member of statement.members) {
    if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
    if (!member.type || !(ts.isIdentifier(member.name) || ts.isStringLiteral(member.name))) continue;
    fields.set(member.name.text, { type: member.type, optional: member.questionToken !== undefined });
  }
  return fields;
}

/** The generator indents by four spaces a level and closes each block on a line of its own. */
function cutInterfaces(text: string): Map<string, string> {
  const slices = new Map<string, string>();
  const namespaces: string[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', kind, name = ''] =
      /^( *)(?:export )?(?:declare )?(namespace|interface) ([\w$]+).*\{/.exec(lines[at] ?? '') ?? [];
    if (kind === undefined) continue;
    namespaces.length = indent.length / 4;
    if (kind === 'namespace') {
      namespaces.push(name);
      continue;
    }
    const began = at;
    while (at < lines.length && lines[at] !== `${indent}}` && !/\{\s*\}$/.test(lines[at] ?? '')) at++;
    slices.set([...namespaces, name].join('.'), lines.slice(began, at + 1).join('\n'));
  }
  return slices;
}
