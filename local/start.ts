import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Compiled code is kept between starts, for this process and, through the environment, for the children. It must
// be on before anything else is loaded, hence the import below.
process.env.NODE_COMPILE_CACHE ||= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));
enableCompileCache(process.env.NODE_COMPILE_CACHE);

const { main } = await import('./supervisor/main.ts');
const { readArguments } = await import('./supervisor/arguments.ts');
const { on } = readArguments();
await main({ on });
