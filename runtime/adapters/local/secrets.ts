import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnavailableError } from '../../errors.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { type CachedSecretsOptions, cacheSecrets, noSuchSecret } from '../shared/cached-secrets.ts';

const validName = /^[\w-][\w.-]*$/;

/** Secrets as files of one folder, each named as its secret: of a data folder, or mounted into a container. */
export function createFileSecrets(folder: string, options?: CachedSecretsOptions): Secrets {
  return cacheSecrets(async (name) => {
    if (!validName.test(name)) throw noSuchSecret(name);
    return readFile(join(folder, name), 'utf8').catch(async (error: NodeJS.ErrnoException) => {
      const there = await access(folder).then(
        () => true,
        () => false,
      );
      if (there && error.code === 'ENOENT') throw noSuchSecret(name);
      throw new UnavailableError(`the secret ${name} cannot be read (${error.code})`, { cause: error });
    });
  }, options);
}
