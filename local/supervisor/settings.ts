import { resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, port, readEnv } from '../../runtime/config/env.ts';

export interface LocalSettings {
  /** Absolute. */
  readonly dataDir: string;
  /** Where the gateway listens; everything else listens on 127.0.0.1. */
  readonly host: string;
  /** 0 asks for any free one. */
  readonly port: number;
  readonly consolePort: number;
  /** The gateway's own URL and the issuer of tokens, when it is not simply host and port. */
  readonly publicUrl: string | undefined;
  readonly tokenAudience: string;
  /** What the first start fills the shop with. */
  readonly catalogue: 'sample' | 'none';
}

const shape = {
  DATA_DIR: z.string().optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(8080),
  CONSOLE_PORT: port.default(8081),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TOKEN_AUDIENCE: z.string().default('shop'),
  CATALOGUE: z.enum(['sample', 'none']).default('sample'),
};

/**
 * @param dataDir where DATA_DIR names none
 * @throws ConfigError with every setting that needs a correction
 */
export function readLocalSettings(
  env: NodeJS.ProcessEnv,
  folder = process.cwd(),
  dataDir = '.data',
): LocalSettings {
  const given = readEnv(shape, env);
  if (given.PORT === given.CONSOLE_PORT && given.PORT !== 0) {
    throw new ConfigError(
      `PORT and CONSOLE_PORT are both ${given.PORT}: the gateway and the console need one each`,
    );
  }
  return {
    dataDir: resolve(folder, given.DATA_DIR ?? dataDir),
    host: given.HOST,
    port: given.PORT,
    consolePort: given.CONSOLE_PORT,
    publicUrl: given.PUBLIC_URL?.replace(/\/+$/, ''),
    tokenAudience: given.TOKEN_AUDIENCE,
    catalogue: given.CATALOGUE,
  };
}
