import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import type { StandIn } from './dynamodb.ts';

export interface SnsSqsOptions {
  /** @default a free one, but one must be named with a folder */
  readonly port?: number;
  /** A folder that topics, queues and messages are kept in; they survive a `kill -9`. @default memory */
  readonly folder?: string;
}

/** SNS and SQS on 127.0.0.1, in this process. */
export async function startSnsSqs({ port = 0, folder }: SnsSqsOptions = {}): Promise<StandIn> {
  const stores = folder === undefined ? undefined : await keptStores(folder, port);
  const app = buildApp({ logger: false, ...(stores && { stores }) });
  await app.listen({ host: '127.0.0.1', port });
  const address = app.server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    name: 'fauxqs',
    stop: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;

/** As much of fauxqs' own persistence as is put right here. */
interface Persistence {
  readonly db: { exec(sql: string): void; prepare(sql: string): { run(...values: string[]): unknown } };
  loadSqsAndSns(sqs: Stores['sqsStore'], sns: Stores['snsStore']): void;
  updateMessageReady(messageId: string): void;
}

/**
 * Stores whose every change is in a file before it is answered. They are put together here, for fauxqs' own start
 * listens on all interfaces, and its persistence (2.4.1) refuses to make a message visible at once: it sets a count
 * to null that must not be, and the message is gone until the next start. Nothing waits for the disk: what was
 * written survives the death of any process, but not a loss of power.
 */
async function keptStores(folder: string, port: number): Promise<Stores> {
  const part = (file: string) => import(new URL(file, import.meta.resolve('fauxqs')).href);
  const [{ PersistenceManager }, { SqsStore }, { SnsStore }, { S3Store }] = await Promise.all([
    part('./persistence.js'),
    part('./sqs/sqsStore.js'),
    part('./sns/snsStore.js'),
    part('./s3/s3Store.js'),
  ]);
  const persistence: Persistence = new PersistenceManager(folder);
  persistence.db.exec('PRAGMA synchronous = OFF');
  // The port of the last start is in each queue's address.
  persistence.db
    .prepare("UPDATE sqs_queues SET url = ? || '/000000000000/' || name")
    .run(`http://127.0.0.1:${port}`);
  const ready = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => void ready.run(messageId);
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  // A new queue's address is the one that it was asked for by.
  stores.sqsStore.host = '';
  persistence.loadSqsAndSns(stores.sqsStore, stores.snsStore);
  Object.assign(stores.sqsStore, { persistence });
  Object.assign(stores.snsStore, { persistence });
  for (const queue of stores.sqsStore.allQueues()) Object.assign(queue, { persistence });
  return stores;
}
