import type { AddressInfo } from 'node:net';
import { createHttpServer } from '@vercel/cosmosdb-server';

/**
 * Somebody else's stand-in for Cosmos DB, over plain HTTP on 127.0.0.1: an independent reading of the protocol for
 * points, ETags and patches. Its transactional batch is not atomic and its change feed loses items, so nothing else
 * may rest on it.
 */
export async function startOtherCosmos(): Promise<{ endpoint: string; close(): Promise<void> }> {
  const server = createHttpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
