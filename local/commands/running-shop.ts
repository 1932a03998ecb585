import { Option } from 'commander';
import { type BackendName, backendNames, dataFolders } from '../backends/names.ts';
import { type RuntimeInfo, readRuntimeFile } from '../runtime-file.ts';

export interface OnOption {
  readonly on?: BackendName;
}

/** Which shop a command is for, where DATA_DIR does not say it. */
export const onOption = () =>
  new Option('--on <backend>', 'what the shop stands on; by DATA_DIR, or the local one').choices(
    backendNames,
  );

/** @param on of the command line, if it says */
export const dataFolder = (on: BackendName = 'local'): string => process.env.DATA_DIR || dataFolders[on];

/** @throws Error when there is no such shop running, with what to do about it */
export async function readRunningShop({ on }: OnOption): Promise<RuntimeInfo> {
  const folder = dataFolder(on);
  const info = await readRuntimeFile(folder, startCommand(on));
  if (on !== undefined && info.on !== on)
    throw new Error(
      `the shop on ${folder} stands on ${info.on}, not on ${on}: leave --on out, or set DATA_DIR`,
    );
  return info;
}

/** What starts such a shop. */
export const startCommand = (on: BackendName = 'local') =>
  on === 'local' ? 'npm start' : `npm run shop -- --on ${on}`;
