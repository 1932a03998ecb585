import { ConfigError } from '../../runtime/config/env.ts';
import type { Secrets } from '../../runtime/ports/secrets.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import type { KeyFile } from './key-file.ts';
import { parseKeys } from './keys.ts';

/**
 * The keys of a secret, in the form of a key file, asked for every `intervalMs`: how soon a rotation is seen is
 * for the store to say. Keys that cannot be used are reported, and the old ones stay.
 * @throws ConfigError when the secret cannot be used at the start
 */
export async function openKeySecret(
  secrets: Secrets,
  name: string,
  logger: Logger,
  intervalMs = 30_000,
): Promise<KeyFile> {
  let text = '';
  const read = async () => {
    const given = await secrets.get(name);
    const parsed = parseKeys(given);
    const changed = given !== text;
    text = given;
    return { parsed, changed };
  };
  let keys = await read().then(
    ({ parsed }) => parsed,
    (cause: Error) => {
      throw new ConfigError(`the token keys, secret ${name}, cannot be used: ${cause.message}`, { cause });
    },
  );
  const reload = () => {
    read().then(
      ({ parsed, changed }) => {
        keys = parsed;
        if (changed) logger.info({ kids: keys.map((key) => key.kid) }, 'token keys read');
      },
      (error: Error) =>
        logger.error({ reason: error.message, secret: name }, 'token keys not read; the old ones stay'),
    );
  };
  const timer = setInterval(reload, intervalMs).unref();
  return { current: () => keys, reload, close: () => clearInterval(timer) };
}
