import { type BackendName, backendNames, dataFolders } from '../../local/backends/names.ts';
import type { Place } from './place.ts';

/** A shop as it is named on the command line. */
export type PlaceName =
  /** One that runs on this machine, and its data folder. */
  | { readonly on: BackendName; readonly folder: string }
  /** One that is deployed, and the file with its settings. */
  | { readonly file: string };

/** For people who are to name one. */
export const placesThereAre =
  'local, aws or azure, running here (aws:FOLDER where its data folder is not .data-aws), or env:FILE for a deployed one';

/** @throws Error that says what may be said */
export function parsePlace(text: string): PlaceName {
  const [, name, , rest] = /^([a-z]+)(:(.+))?$/.exec(text) ?? [];
  if (name === 'env' && rest !== undefined) return { file: rest };
  const on = backendNames.find((backend) => backend === name);
  if (!on) throw new Error(`${text} is no place: name ${placesThereAre}`);
  return { on, folder: rest ?? dataFolders[on] };
}

/** @throws Error when there is no such shop, with what to do about it */
export async function openPlace(text: string): Promise<Place> {
  const name = parsePlace(text);
  // What stands behind a deployed one is large, and seldom needed.
  if ('file' in name) return (await import('./deployed/place.ts')).openDeployedPlace(name.file);
  return (await import('./running-place.ts')).openRunningPlace(name);
}
