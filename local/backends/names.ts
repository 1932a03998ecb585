import { ConfigError } from '../../runtime/config/env.ts';

/** What the shop can stand on, on one machine. */
export const backendNames = ['local', 'aws', 'azure'] as const;
export type BackendName = (typeof backendNames)[number];

/** Where each has its data when DATA_DIR names no folder. */
export const dataFolders: Readonly<Record<BackendName, string>> = {
  local: '.data',
  aws: '.data-aws',
  azure: '.data-azure',
};

/** @throws ConfigError that names what there is */
export function backendName(text: string): BackendName {
  const found = backendNames.find((name) => name === text);
  if (!found)
    throw new ConfigError(
      `the shop runs on ${backendNames.slice(0, -1).join(', ')} or ${backendNames.at(-1)}, not on ${text}`,
    );
  return found;
}
