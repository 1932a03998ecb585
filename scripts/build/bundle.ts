import { build, type Metafile, type Plugin } from 'esbuild';
import { type Cloud, clouds, type Unit } from './units.ts';

export interface Bundle {
  /** `main.mjs` */
  readonly code: Uint8Array;
  readonly map: Uint8Array;
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

/** One file with all that a unit needs, the same bytes for the same source. */
export async function bundle(root: string, { entry }: Unit): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: 'dist/main.mjs',
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The packages' own ES modules, of which the unused parts can be left out.
    mainFields: ['module', 'main'],
    banner: { js: banner },
    external,
    plugins: [englishOnly],
    sourcemap: 'external',
    sourcesContent: true,
    legalComments: 'external',
    metafile: true,
    logLevel: 'silent',
  });
  const output = (end: string) =>
    outputFiles.find(({ path }) => path.endsWith(end))?.contents ?? new Uint8Array();
  return {
    code: output('main.mjs'),
    map: output('.map'),
    legal: output('.LEGAL.txt'),
    metafile,
  };
}

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
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint);
  for (const [file, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? `${file.split('/')[0]}/`;
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
}
