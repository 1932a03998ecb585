/**
 * Proves what an account means beyond the user service: where mail goes after the address changed, that a deleted
 * user gets none while their orders stay, and that a name taken again is somebody else.
 * Does not prove: registration, login, profiles and their limits (tests/integration/user).
 */
import assert from 'node:assert/strict';
import type { Buyer, Client } from './support/client.ts';
import { slowness } from './support/deployed.ts';
import { uniqueName, waitFor } from './support/shop.ts';
import { localOnly, type Target, target } from './support/target.ts';

describe('users', function () {
  this.timeout(30_000 * slowness);
  let shop: Target;
  let client: Client;
  let admin: string;
  before(async function () {
    this.timeout(120_000);
    shop = await target();
    client = shop.client;
    admin = shop.adminToken;
  });

  const buy = async (buyer: Buyer, productId: string) => {
    const { body } = await client.place(buyer.token, productId);
    await client.until(body.orderId, buyer.token, 'confirmed');
    return body.orderId;
  };
  const remove = async (buyer: Buyer) => {
    const { status } = await client.call('DELETE', `/api/users/${buyer.id}`, { token: buyer.token });
    assert.equal(status, 204);
  };
  const inbox = (address: string) => (shop.local as NonNullable<Target['local']>).inbox(address);
  const mailTo = (address: string, count: number) =>
    waitFor(async () => (await inbox(address)).length >= count, 15_000).catch(async () =>
      assert.equal((await inbox(address)).length, count, `mails to ${address}`),
    );
  const idle = 'mail is read in the console';

  it('log in by name and by address, in any case, and get what they are', async () => {
    const buyer = await client.buyer();
    for (const username of [buyer.username, buyer.email, buyer.email.toUpperCase()]) {
      const { status, body } = await client.call<{ user: object }>('POST', '/api/users/login', {
        body: { username, password: buyer.password },
      });
      assert.equal(status, 200);
      assert.deepEqual(body.user, { id: buyer.id, username: buyer.username, email: buyer.email });
    }
    const { body } = await client.call('GET', `/api/users/${buyer.id}`, { token: buyer.token });
    assert.equal(body.role, 'customer');
  });

  localOnly(
    'get mail at the address they have by then, and an SMS once there is a number',
    idle,
    async () => {
      const buyer = await client.buyer();
      const productId = await client.product(admin, 10);
      await buy(buyer, productId);
      await mailTo(buyer.email, 1);
      const email = `${uniqueName('moved')}@example.com`;
      const phone = `+44${Math.floor(1e9 + Math.random() * 9e9)}`;
      const changed = await client.call('PATCH', `/api/users/${buyer.id}`, {
        token: buyer.token,
        body: { email, phone },
      });
      assert.equal(changed.status, 200);
      // The news of the address travels beside the order: an order placed at once may still be told to the old one.
      await waitFor(async () => {
        await buy(buyer, productId);
        return (await inbox(email)).length > 0;
      }, 15_000);
      await mailTo(phone, 1);
    },
  );

  localOnly(
    'who are deleted get no more mail, and their orders stay for an administrator',
    idle,
    async () => {
      const buyer = await client.buyer();
      const productId = await client.product(admin, 10);
      const orderId = await buy(buyer, productId);
      await mailTo(buyer.email, 1);
      await remove(buyer);
      assert.equal((await client.order(orderId, admin)).status, 'confirmed');
      const { body } = await client.call<{ items: { orderId: string }[] }>(
        'GET',
        `/api/orders?userId=${buyer.id}`,
        {
          token: admin,
        },
      );
      assert.deepEqual(
        body.items.map((order) => order.orderId),
        [orderId],
      );
      // By the time another account's mail has come, this one's deletion, which was told before it, is known too.
      const later = await client.buyer();
      await buy(later, productId);
      await mailTo(later.email, 1);
      const cancelled = await client.call('POST', `/api/orders/${orderId}/cancel`, { token: admin });
      assert.equal(cancelled.status, 200);
      const last = await buy(later, productId);
      await mailTo(later.email, 2);
      await client.call('POST', `/api/orders/${last}/cancel`, { token: later.token });
      await mailTo(later.email, 3);
      assert.equal((await inbox(buyer.email)).length, 1);
    },
  );

  it('who take a deleted user’s name are somebody else and see nothing of theirs', async () => {
    const buyer = await client.buyer();
    const orderId = await buy(buyer, await client.product(admin, 10));
    await remove(buyer);
    const { username, email } = buyer;
    const password = 'quite another passphrase';
    const made = await client.call<{ id: string }>('POST', '/api/users/register', {
      body: { username, email, password },
    });
    assert.equal(made.status, 201);
    assert.notEqual(made.body.id, buyer.id);
    const token = await client.login(username, password);
    const list = await client.call<{ items: [] }>('GET', '/api/orders', { token });
    assert.deepEqual(list.body.items, []);
    for (const path of [`/api/orders/${orderId}`, `/api/users/${buyer.id}`]) {
      assert.equal((await client.call('GET', path, { token })).status, 404, path);
    }
    assert.equal((await client.call('GET', `/api/users/${buyer.id}`, { token: admin })).status, 404);
  });

  localOnly('leave a shop in which everything adds up', 'verify reads the databases', async () => {
    const { findings } = await (shop.local as NonNullable<Target['local']>).shop.verify(20);
    assert.deepEqual(findings, []);
  });
});
