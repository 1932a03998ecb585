import { z } from 'zod';
import { startUser, userSettings } from '../../entries/containers/user.ts';
import { runProcess } from '../../runtime/process.ts';
import { migrateUserDatabase } from '../../services/user/database.ts';
import { openKeyFile } from '../../services/user/key-file.ts';
import { openBusPublisher } from './bus-publisher.ts';

const settings = {
  ...userSettings,
  TOKEN_KEYS_FILE: z.string(),
};

await runProcess('user', settings, async (context) => {
  const { settings: env, logger } = context;
  await migrateUserDatabase(env.USER_DATABASE_URL);
  return startUser(context, {
    ...openBusPublisher('user-outbox'),
    keys: openKeyFile(env.TOKEN_KEYS_FILE, logger),
  });
});
