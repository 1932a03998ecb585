import type { AddressInfo } from 'node:net';
import { buildApp, startFauxqs } from 'fauxqs';
import type { StandIn } from './dynamodb.ts';

/** SNS and SQS on 127.0.0.1, in this process and in memory. */
export async function startSnsSqs(): Promise<StandIn> {
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    name: 'fauxqs',
    stop: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

/** SNS and SQS on a port of 127.0.0.1 that keep their messages in a folder, until this process ends. */
export async function startLastingSnsSqs(port: number, dataDir: string): Promise<void> {
  await startFauxqs({ port, host: '127.0.0.1', dataDir, logger: false });
}
