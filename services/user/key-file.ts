import { readFileSync, type StatsListener, unwatchFile, watchFile } from 'node:fs';
import { ConfigError } from '../../runtime/config/env.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { type KeyRing, parseKeys } from './keys.ts';

export interface KeyFile extends KeyRing {
  /** Reads the file now. A file that cannot be used is reported, and the keys stay as they were. */
  reload(): void;
  close(): void;
}

/**
 * The keys of a file that is looked at every `intervalMs`, so that keys rotate without a restart: add the new
 * key at the end, wait until every verifier has read it (five minutes), move it to the front, and take the old
 * one out when its last token has expired. Looking, not notification, works for a mounted secret too.
 * @throws ConfigError when the file cannot be used at the start
 */
export function openKeyFile(path: string, logger: Logger, intervalMs = 1_000): KeyFile {
  const read = () => parseKeys(readFileSync(path, 'utf8'));
  let keys: ReturnType<typeof read>;
  try {
    keys = read();
  } catch (cause) {
    throw new ConfigError(`TOKEN_KEYS_FILE: ${path} cannot be used: ${(cause as Error).message}`, { cause });
  }
  const reload = () => {
    try {
      keys = read();
      logger.info({ kids: keys.map((key) => key.kid) }, 'token keys read');
    } catch (error) {
      logger.error({ reason: (error as Error).message, path }, 'token keys not read; the old ones stay');
    }
  };
  const onChange: StatsListener = (now, before) => {
    // Being read is a change of the file's times, too.
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) reload();
  };
  watchFile(path, { interval: intervalMs, persistent: false }, onChange);
  return { current: () => keys, reload, close: () => unwatchFile(path, onChange) };
}
