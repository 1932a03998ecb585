import { builtinModules } from 'node:module';
import { join, relative, sep } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { type Cloud, clouds, type Unit } from './units.ts';

export interface Bundle {
  /** `main.mjs`, and in `parts/` what it loads only when it needs it. By name. */
  readonly code: ReadonlyMap<string, Uint8Array>;
  /** The source map of each. */
  readonly maps: ReadonlyMap<string, Uint8Array>;
  /** The licences that the code in it wants to be named with it. */
  readonly legal: Uint8Array;
  readonly metafile: Metafile;
}

/** CommonJS packages within an ES module still call `require`, for Node's own modules and what stays outside. */
const banner =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** Given by the host of Azure Functions; and an addon of `pg` that the shop does not have. */
const external = ['@azure/functions-core', 'pg-native'];

/** zod's `z` holds its messages in every language; the shop's are its own or zod's English ones. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/**
 * What AWS clients load when they find no credentials in the environment, and Lambda puts them there: profiles, sign-in
 * and their clients, a fifth of what a function would weigh. Asking for them in a function is an error.
 */
const environmentCredentials: Plugin = {
  name: 'environment-credentials',
  setup: ({ onLoad }) => {
    const unused =
      /node_modules[\\/](@aws-sdk[\\/](credential-provider-(sso|ini|process|login|web-identity|http)|nested-clients|token-providers)|bowser)[\\/].*\.m?js$/;
    onLoad({ filter: unused }, () => ({
      contents: "throw new Error('a function has its credentials from its environment');",
    }));
  },
};

const builtin = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/**
 * Node's own modules by `require`. An `import` of `node:http` reads all that it exports, at once, and with that
 * loads Node's whole WebSocket and fetch: 10 ms of a cold start for what nobody asks for (Node 24).
 */
const requireBuiltins: Plugin = {
  name: 'require-builtins',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^[a-z:/_]+$/ }, ({ path, namespace, kind }) => {
      if (!builtin.has(path)) return undefined;
      // Behind an `import()` nothing is read until it is wanted, and each name must be there.
      return namespace === 'builtin' || kind === 'dynamic-import'
        ? { path, external: true }
        : { path, namespace: 'builtin' };
    });
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

/** All that a unit needs, the same bytes for the same source. */
export async function bundle(root: string, { entry, cloud, kind }: Unit): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: entry },
    outdir: outFolder,
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    // What is behind an `import()` is a file of its own: a cold start reads and compiles none of it.
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    // The packages' own ES modules, of which the unused parts can be left out.
    mainFields: ['module', 'main'],
    banner: { js: banner },
    external,
    plugins: [
      englishOnly,
      requireBuiltins,
      ...(cloud === 'aws' && kind === 'function' ? [environmentCredentials] : []),
    ],
    sourcemap: 'external',
    sourcesContent: true,
    legalComments: 'external',
    metafile: true,
    logLevel: 'silent',
  });
  const named = outputFiles.map(({ path, contents }) => ({
    name: relative(join(root, outFolder), path).replaceAll(sep, '/'),
    contents,
  }));
  const ending = (end: string) => named.filter(({ name }) => name.endsWith(end));
  const byName = (files: typeof named) => new Map(files.map(({ name, contents }) => [name, contents]));
  const legal = new Set(ending('.LEGAL.txt').map(({ contents }) => Buffer.from(contents).toString()));
  return {
    code: byName(ending('.mjs')),
    maps: byName(ending('.map')),
    legal: Buffer.from([...legal].sort().join('\n')),
    metafile,
  };
}

/** Where esbuild believes that it writes, for the paths in its maps. */
const outFolder = 'dist/cloud/unit';

const sdkOf: Record<Cloud, RegExp> = {
  aws: /(^|\/)node_modules\/(@aws-sdk|@smithy|@aws)\/|^(runtime\/adapters|runtime\/edges|entries)\/aws\//,
  azure: /(^|\/)node_modules\/@azure(-rest)?\/|^(runtime\/adapters|runtime\/edges|entries)\/azure\//,
};

/** Files of another cloud that came into a unit's bundle, and must not have. */
export function strangers({ cloud }: Unit, metafile: Metafile): string[] {
  const others = clouds.filter((one) => one !== cloud);
  return Object.keys(metafile.inputs).filter((file) => others.some((other) => sdkOf[other].test(file)));
}

export interface Part {
  /** A package's name, or the folder of the shop's own. */
  readonly name: string;
  readonly bytes: number;
}

/** What the bundle's bytes come from, the largest first. */
export function partsOf({ metafile }: Bundle): Part[] {
  const sizes = new Map<string, number>();
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  for (const [file, { bytesInOutput }] of inputs) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? `${file.split('/')[0]}/`;
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** The bytes that every start reads and compiles: `main.mjs` and what it imports at once. */
export function startBytes({ metafile: { outputs } }: Bundle): number {
  const main = Object.keys(outputs).find((file) => outputs[file]?.entryPoint && file.endsWith('/main.mjs'));
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { path, kind, external } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && !external) visit(path);
  };
  if (main) visit(main);
  return [...seen].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
}
