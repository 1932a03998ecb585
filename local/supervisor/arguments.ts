import { parseArgs } from 'node:util';
import { type BackendName, backendName, backendNames } from '../backends/names.ts';

/** What follows `npm run shop --`. Ends the process, with what there is, when it is something else. */
export function readArguments(): { readonly on: BackendName } {
  try {
    const { values } = parseArgs({ options: { on: { type: 'string', default: 'local' } } });
    return { on: backendName(values.on) };
  } catch (error) {
    process.stderr.write(
      `${(error as Error).message}\nnpm run shop [-- --on ${backendNames.join('|')}]; npm start is the local one\n`,
    );
    process.exit(2);
  }
}
