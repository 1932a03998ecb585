/** Grants as data: who may what, and the page that tells it. What a cloud makes of them is its own test. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { allGrants } from '../../../components/grants.ts';
import { permissionsPage } from '../../../components/permissions-page.ts';
import { describeShop } from '../../../components/shop.ts';

const everything = {
  mailer: 'ses',
  smsSender: 'sns',
  paymentProvider: 'stripe',
  functionTraces: true,
} as const;
const least = {
  mailer: 'inbox',
  smsSender: 'inbox',
  paymentProvider: 'simulated',
  functionTraces: false,
} as const;

describe('grants', () => {
  const shop = describeShop();

  it('let a function write to its own tables, and to no other', () => {
    const owners = new Map<string, string[]>();
    for (const [workload, grants] of allGrants(shop, everything))
      for (const { intent, kind, name } of grants)
        if (kind === 'table' && intent === 'write') owners.set(name, [...(owners.get(name) ?? []), workload]);
    assert.deepEqual(Object.fromEntries(owners), {
      order: ['order'],
      inventory: ['inventory'],
      payment: ['payment'],
      'payment-provider': ['payment'],
      notification: ['notification'],
      inbox: ['notification'],
    });
  });

  it('let one workload take from a queue', () => {
    const takers = [...allGrants(shop, everything).values()]
      .flat()
      .filter(({ kind, intent }) => kind === 'queue' && intent === 'consume')
      .map(({ name }) => name);
    assert.equal(new Set(takers).size, takers.length);
    assert.equal(takers.length, 7);
  });

  it('are none for what is switched off', () => {
    const kinds = new Set(
      [...allGrants(shop, least)].flatMap(([name, grants]) =>
        shop.functions.some((one) => one.name === name) ? grants.map(({ kind }) => kind) : [],
      ),
    );
    assert.deepEqual([...kinds].sort(), ['queue', 'table', 'topic']);
  });

  it('are documented as they are', () => {
    const page = readFileSync(new URL('../../../docs/permissions.md', import.meta.url), 'utf8');
    assert.equal(page, permissionsPage(allGrants(shop, everything)), 'run npm run docs:permissions');
  });
});
