import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import type { StandIn } from './dynamodb.ts';

/** SNS and SQS on 127.0.0.1, in this process and in memory. @param wanted a port @default any free one */
export async function startSnsSqs(wanted = 0): Promise<StandIn> {
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: wanted });
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
