import type { GatewayRoute } from '../../../runtime/contracts/openapi.ts';
import type { Buyer } from './client.ts';
import { uniqueName } from './shop.ts';
import type { Target } from './target.ts';

/** A request that its route answers with a 2xx, given the right token. */
export interface ValidRequest {
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the requests are about: each resource belongs to `owner`. */
export interface Fixtures {
  readonly owner: Buyer;
  readonly productId: string;
  readonly orderId: string;
}

export async function makeFixtures({ client, adminToken }: Target): Promise<Fixtures> {
  const owner = await client.buyer();
  const productId = await client.product(adminToken, 1_000);
  const placed = await client.place(owner.token, productId);
  await client.until(placed.body.orderId, owner.token, 'confirmed');
  return { owner, productId, orderId: placed.body.orderId };
}

/** @throws Error for a route it does not know: a new route needs its entry here */
export function validRequest(route: GatewayRoute, fixtures: Fixtures): ValidRequest {
  const { owner, productId, orderId } = fixtures;
  const product = () => ({
    sku: uniqueName('sku'),
    name: 'A thing',
    description: 'It is for tests.',
    category: 'Tests',
    price: 100,
    currency: 'EUR',
    group: 'things',
    tags: ['thing'],
    image: 'https://shop.example/thing.png',
  });
  const requests: Readonly<Record<string, () => ValidRequest>> = {
    register: () => {
      const username = uniqueName('new');
      const body = { username, email: `${username}@example.com`, password: 'a long passphrase' };
      return { path: '/api/users/register', body };
    },
    login: () => ({
      path: '/api/users/login',
      body: { username: owner.username, password: owner.password },
    }),
    getUser: () => ({ path: `/api/users/${owner.id}` }),
    updateUser: () => ({
      path: `/api/users/${owner.id}`,
      body: { email: owner.email, phone: '+441632960123' },
    }),
    deleteUser: () => ({ path: `/api/users/${owner.id}` }),
    getJwks: () => ({ path: '/.well-known/jwks.json' }),
    getOpenIdConfiguration: () => ({ path: '/.well-known/openid-configuration' }),
    listProducts: () => ({ path: '/api/products' }),
    getProduct: () => ({ path: `/api/products/${productId}` }),
    createProduct: () => ({ path: '/api/products', body: product() }),
    replaceProduct: () => ({ path: `/api/products/${productId}`, body: product() }),
    deleteProduct: () => ({ path: `/api/products/${productId}` }),
    placeOrder: () => ({
      path: '/api/orders',
      body: { items: [{ productId, quantity: 1 }], paymentMethod: 'pm_card_visa', userId: owner.id },
    }),
    listOrders: () => ({ path: '/api/orders' }),
    getOrder: () => ({ path: `/api/orders/${orderId}` }),
    cancelOrder: () => ({ path: `/api/orders/${orderId}/cancel` }),
    getStock: () => ({ path: `/api/inventory/${productId}` }),
    putStock: () => ({ path: `/api/inventory/${productId}`, body: { available: 10 } }),
    paymentWebhook: () => ({ path: '/api/payments/webhook', body: { id: 'evt_1', type: 'charge' } }),
  };
  const request = requests[route.operationId];
  if (!request) throw new Error(`say in requests.ts what a valid request of ${route.operationId} is`);
  return request();
}
