import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { generateSigningKey } from '../../services/user/keys.ts';
import { StartError } from './errors.ts';
import { writeFileAtomic } from './files.ts';

const passwords = z.object({
  superuser: z.string().min(1),
  user_service: z.string().min(1),
  product_service: z.string().min(1),
  shop: z.string().min(1),
});

/** Database passwords by role. */
export type Passwords = z.infer<typeof passwords>;

export interface Secrets {
  readonly passwords: Passwords;
  /** The private keys that sign tokens, for TOKEN_KEYS_FILE. */
  readonly tokenKeysFile: string;
}

/**
 * The secrets of this data folder: made once, each file readable by its owner alone.
 * @param hasCluster whether a database cluster is there, which only its own passwords open
 * @throws StartError when they are damaged, or missing from a folder in use
 */
export async function ensureSecrets(dataDir: string, hasCluster: boolean): Promise<Secrets> {
  const secretsFile = join(dataDir, 'secrets.json');
  const tokenKeysFile = join(dataDir, 'token-keys.json');
  if (!existsSync(secretsFile)) {
    if (hasCluster) {
      throw new StartError(
        `${secretsFile} is missing, and without it nothing opens the databases beside it: bring it back, or run \`npm run reset\` to start anew`,
      );
    }
    const made: Passwords = {
      superuser: newPassword(),
      user_service: newPassword(),
      product_service: newPassword(),
      shop: newPassword(),
    };
    await writeFileAtomic(secretsFile, `${JSON.stringify(made, null, 2)}\n`, 0o600);
  }
  if (!existsSync(tokenKeysFile)) {
    const keys = { keys: [await generateSigningKey()] };
    await writeFileAtomic(tokenKeysFile, `${JSON.stringify(keys, null, 2)}\n`, 0o600);
  }
  return { passwords: await readPasswords(secretsFile), tokenKeysFile };
}

async function readPasswords(file: string): Promise<Passwords> {
  try {
    return passwords.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The parser's own message would repeat a part of the text.
    const why = code === undefined ? 'it is not what the shop writes' : `it cannot be read: ${code}`;
    throw new StartError(
      `${file} cannot be used (${why}): bring it back, or run \`npm run reset\` to start anew`,
    );
  }
}

const newPassword = () => randomBytes(24).toString('base64url');
