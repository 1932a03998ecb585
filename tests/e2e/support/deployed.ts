import type { Client } from './client.ts';

/** Where the shop is that the suites talk to, if it is one that is deployed: `npm run e2e`. */
export const deployedUrl = process.env.SHOP_URL?.replace(/\/+$/, '');

/** How many times as long as on this machine a thing may take: functions start cold there, and queues are far away. */
export const slowness = deployedUrl === undefined ? 1 : 4;

/** Paths of what was made there, which others should not find. */
const made = new Set<string>();

/** To be told of each answer. */
export function remember(method: string, path: string, status: number, body: unknown): void {
  const collection = { '/api/products': '/api/products', '/api/users/register': '/api/users' }[path];
  if (deployedUrl === undefined || method !== 'POST' || status !== 201 || !collection) return;
  made.add(`${collection}/${(body as { id: string }).id}`);
}

const atATime = 8;

/**
 * Deletes the products and accounts that were made. Orders stay: they cannot be deleted.
 *
 * @throws Error that names what could not be deleted
 */
export async function cleanUp(client: Client, adminToken: string): Promise<void> {
  const paths = [...made];
  const left: string[] = [];
  const worker = async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const { status } = await client.call('DELETE', path, { token: adminToken });
      // A case may have deleted it already.
      if (status !== 204 && status !== 404) left.push(`${path}: ${status}`);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  if (left.length > 0) throw new Error(`what the tests made is still there: ${left.join(', ')}`);
  const count = (kind: string) => [...made].filter((path) => path.startsWith(`/api/${kind}/`)).length;
  console.log(
    `  deleted again: ${count('products')} products, ${count('users')} accounts; their orders stay`,
  );
}
