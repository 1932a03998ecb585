import type { Database } from './pool.ts';

export interface Listener {
  stop(): Promise<void>;
}

const reconnectMs = 300;

/**
 * LISTENs on a connection of its own and comes back after the database was away. `onNotify` is also called
 * with '' after every (re)connection, for what was missed meanwhile.
 */
export function listen(database: Database, channel: string, onNotify: (payload: string) => void): Listener {
  let stopped = false;
  let hangUp = () => {};
  const once = async () => {
    const client = await database.connect();
    try {
      await new Promise<void>((resolve, reject) => {
        hangUp = resolve;
        client.on('notification', (message) => onNotify(message.payload ?? ''));
        client.once('error', resolve);
        client.once('end', resolve);
        client.query(`listen ${channel}`).then(() => onNotify(''), reject);
      });
    } finally {
      client.removeAllListeners('notification');
      client.release(true);
    }
  };
  const run = async () => {
    while (!stopped) {
      await once().catch(() => {});
      if (!stopped) await new Promise((resolve) => setTimeout(resolve, reconnectMs));
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      hangUp();
      await running;
    },
  };
}
