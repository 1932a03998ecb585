import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import {
  type Declarations,
  declarationsOf,
  type Field,
  type Fields,
  membersOf,
  parse,
} from './declarations.ts';

/**
 * What an installed Pulumi SDK says of its own resources: neither schema files nor plugins are on npm, but each
 * resource's generated code and declarations name its inputs, which of them are required, their nested shapes, its
 * outputs and the secret ones. They do not name force-new properties, allowed strings or a cloud's defaults: those
 * are in the tables of the simulator.
 */
export interface ResourceSchema {
  readonly token: string;
  /** From the interface `…Args`. */
  readonly inputs: Fields;
  /** From the class; the type is that inside `pulumi.Output<…>`. */
  readonly outputs: Fields;
  /** What the SDK itself sets, as `apiVersion` and `kind`. */
  readonly constants: Readonly<Record<string, string>>;
}

export class Sdk {
  readonly name: string;
  readonly version: string;
  readonly inputTypes: Declarations;
  readonly outputTypes: Declarations;
  readonly #folder: string;
  readonly #schemas = new Map<string, ResourceSchema | undefined>();

  /** @throws Error when `nodeModules` has no such package */
  constructor(name: string, nodeModules: string) {
    this.name = name;
    this.#folder = join(nodeModules, '@pulumi', name);
    const manifest = join(this.#folder, 'package.json');
    if (!existsSync(manifest)) throw new Error(`@pulumi/${name} is not installed in ${nodeModules}`);
    this.version = String(JSON.parse(readFileSync(manifest, 'utf8')).version).replace(/^v/, '');
    const { inputs, outputs } = declarationsOf(this.#folder);
    this.inputTypes = inputs;
    this.outputTypes = outputs;
  }

  /** Undefined when the SDK has no such resource. */
  resource(token: string): ResourceSchema | undefined {
    if (!this.#schemas.has(token)) this.#schemas.set(token, this.#read(token));
    return this.#schemas.get(token);
  }

  #read(token: string): ResourceSchema | undefined {
    const file = this.#fileOf(token);
    if (file === undefined) return undefined;
    const code = readFileSync(`${file}.js`, 'utf8');
    if (!code.includes(`__pulumiType = '${token}'`)) return undefined;
    const declared = parse(readFileSync(`${file}.d.ts`, 'utf8'));
    const declaration = (name: RegExp) =>
      declared.statements.find(
        (statement) =>
          (ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement)) &&
          name.test(statement.name?.text ?? ''),
      );
    const className = token.split(':').at(-1) ?? '';
    const constants = code.matchAll(/resourceInputs\["([^"]+)"\] = "([^"]*)";/g);
    return {
      token,
      inputs: membersOf(declaration(new RegExp(`^${className}Args$`))),
      outputs: insideOutput(membersOf(declaration(new RegExp(`^${className}$`)))),
      constants: Object.fromEntries([...constants].map(([, name, value]) => [name, value])),
    };
  }

  /** `aws:sqs/queue:Queue` → sqs/queue, `kubernetes:rbac.authorization.k8s.io/v1:Role` → rbac/v1/role. */
  #fileOf(token: string): string | undefined {
    const [, path = '', className = ''] = token.split(':');
    const [group = '', ...rest] = path.split('/');
    const wanted = className.toLowerCase();
    const folders = [group === 'index' ? '' : (group.split('.')[0] ?? ''), ...rest].filter(Boolean);
    return (
      fileIn(join(this.#folder, ...folders), wanted) ??
      (folders.at(-1)?.toLowerCase() === wanted
        ? fileIn(join(this.#folder, ...folders.slice(0, -1)), wanted)
        : undefined)
    );
  }
}

function fileIn(folder: string, wanted: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const found = readdirSync(folder).find((name) => name.toLowerCase() === `${wanted}.d.ts`);
  return found && join(folder, found.slice(0, -'.d.ts'.length));
}

function insideOutput(fields: Fields): Fields {
  const entries = [...fields].flatMap(([name, { type, optional }]): [string, Field][] => {
    const [inside] =
      ts.isTypeReferenceNode(type) && nameOf(type) === 'pulumi.Output' ? (type.typeArguments ?? []) : [];
    return inside ? [[name, { type: inside, optional }]] : [];
  });
  return new Map(entries);
}

/** `pulumi.Input` of `pulumi.Input<string>`. */
export function nameOf({ typeName }: ts.TypeReferenceNode): string {
  const parts = (name: ts.EntityName): string[] =>
    ts.isIdentifier(name) ? [name.text] : [...parts(name.left), name.right.text];
  return parts(typeName).join('.');
}
