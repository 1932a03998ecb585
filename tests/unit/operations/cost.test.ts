/**
 * How a stack's cost is summed and shown. That the lines are those of the program is held in tests/infrastructure/cost;
 * the prices themselves are only as good as their sources.
 */
import assert from 'node:assert/strict';
import { aws } from '../../../operations/cost/aws.ts';
import { azure } from '../../../operations/cost/azure.ts';
import { type Line, totalOf } from '../../../operations/cost/estimate.ts';
import { hourly, type Price } from '../../../operations/cost/price.ts';
import { regionsOf, reportOf } from '../../../operations/cost/report.ts';
import { platformConfigOf } from '../../../operations/stack.ts';

const price = (usd: number, per: Price['per'] = 'hour'): Price => ({
  usd,
  per,
  region: 'r',
  date: '2026-11-24',
  source: 'a list',
});
const line = (what: string, count: number, more: Partial<Line>): Line => ({
  component: 'c',
  what,
  count,
  price: undefined,
  ...more,
});
const configOf = (values: Readonly<Record<string, string>>) =>
  platformConfigOf('test', { values: { cloud: 'aws', region: 'eu-west-1', ...values } });

describe('the cost of a stack', () => {
  it('is reckoned by the hour, whatever the price is for', () => {
    assert.equal(hourly(price(0.1)), 0.1);
    assert.equal(hourly(price(24, 'day')), 1);
    assert.equal(hourly(price(730, 'month')), 1);
  });

  it('adds what is known, says what is not, and keeps the highest of what moves beside it', () => {
    const lines = [
      line('nodes', 3, { price: price(0.01), atMost: price(0.04) }),
      line('disk', 1, { price: price(73, 'month') }),
      line('moon', 2, {}),
    ];
    const { hourly, hourlyAtMost, unknown } = totalOf(lines);
    assert.equal(hourly.toFixed(4), '0.1300');
    assert.equal(hourlyAtMost.toFixed(4), '0.2200');
    assert.deepEqual(unknown, ['moon']);
    const report = reportOf(lines, [], true).join('\n');
    assert.match(report, /moon × 2 +no price known/);
    assert.match(report, /all of it +0\.1300 +94\.90/);
    assert.match(report, /at most.* 0\.2200 +160\.60/);
    assert.match(report, /nodes: \$0\.01 by the hour, r, 2026-11-24: a list/);
    assert.equal(regionsOf(lines, 'r'), undefined);
    assert.equal(regionsOf(lines, 'other'), 'The prices are those of r; those of other differ.');
  });

  it('follows the configuration', () => {
    const total = (values: Readonly<Record<string, string>>) => totalOf(aws.lines(configOf(values)));
    const learn = total({});
    assert.equal(total({ nodeSpot: 'false' }).hourly.toFixed(4), learn.hourlyAtMost.toFixed(4));
    assert.ok(total({ nodeCount: '2' }).hourly < learn.hourly);
    assert.ok(total({ nat: 'single' }).hourly > learn.hourly);
    assert.deepEqual(total({ nodeSize: 'x9.huge' }).unknown, ['x9.huge nodes']);
    assert.deepEqual(total({ databaseSize: 'db.x9.huge' }).unknown, ['RDS db.x9.huge']);
  });

  it('of Azure to learn on is at most a quarter of a dollar an hour too, as far as prices are known', () => {
    const small = configOf({ nodeSize: 'Standard_B2s', databaseSize: 'Standard_B1ms' });
    const { hourly, unknown } = totalOf(azure.lines(small));
    assert.ok(hourly <= 0.25, `${hourly}`);
    assert.deepEqual(unknown, ['private DNS zones', 'alarms']);
  });

  it('names for each price where it is from, and of when', () => {
    const configs = [configOf({}), configOf({ profile: 'production', clusterAccess: '203.0.113.0/24' })];
    for (const cost of [aws, azure])
      for (const config of configs)
        for (const { what, price } of [...cost.lines(config), ...cost.uses(config)]) {
          if (price === undefined) continue;
          assert.ok(price.usd > 0 && price.source.length > 10, what);
          assert.match(price.date, /^20\d\d(-\d\d){0,2}$/, what);
        }
  });
});
