// Proves when a keeper starts its process again, when it gives up, and how it stops; and the order in which all
// stop. The processes are stand-ins in memory; real ones are killed in tests/local/crashes.test.ts.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { createKeeper, type Launched, restartDelay } from '../../../local/supervisor/keeper.ts';
import { forwardLines } from '../../../local/supervisor/output.ts';
import { stopInOrder } from '../../../local/supervisor/stop.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';

const logger = createLogger('test', 'silent');

interface Fake extends Launched {
  die(reason: string): void;
}

function fake(pid: number, ready: Promise<void> = Promise.resolve(), onStop = () => {}): Fake {
  const ended = Promise.withResolvers<string>();
  return {
    pid,
    ready,
    ended: ended.promise,
    die: ended.resolve,
    stop: async () => {
      onStop();
      ended.resolve('it was stopped');
    },
  };
}

const never = new Promise<void>(() => {});

describe('the delay before a restart', () => {
  it('doubles from 100 ms to 5 s', () => {
    assert.deepEqual([1, 2, 3, 6, 7, 8, 100].map(restartDelay), [100, 200, 400, 3_200, 5_000, 5_000, 5_000]);
  });
});

describe('a keeper', () => {
  it('starts a process again that died, and counts', async () => {
    const launched: Fake[] = [];
    const states: string[] = [];
    const keeper = createKeeper({
      name: 'worker',
      launch: async () => {
        const next = fake(launched.length + 1);
        launched.push(next);
        return next;
      },
      logger,
      onChange: () => states.push(keeper.status().state),
    });
    await keeper.start();
    launched[0]?.die('it fell over');
    while (keeper.status().pid !== 2 || keeper.status().state !== 'ready') {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(keeper.status().restarts, 1);
    await keeper.stop(0);
    const distinct = states.filter((state, index) => state !== states[index - 1]);
    assert.deepEqual(distinct, ['starting', 'ready', 'waiting', 'starting', 'ready', 'stopped']);
    assert.equal(launched.length, 2);
  });

  it('gives up when it fails three times before it was ever ready, and says why', async () => {
    let launches = 0;
    const keeper = createKeeper({
      name: 'worker',
      launch: async () => {
        launches += 1;
        throw new Error(`no luck ${launches}`);
      },
      logger,
    });
    await assert.rejects(keeper.start(), /worker does not start: no luck 3/);
    assert.equal(launches, 3);
    await keeper.stop(0);
    assert.equal(keeper.status().state, 'stopped');
  });

  it('stops a process whose launch was still under way', async () => {
    let stopped = false;
    const launch = Promise.withResolvers<Launched>();
    const keeper = createKeeper({ name: 'worker', launch: () => launch.promise, logger });
    const start = assert.rejects(keeper.start(), /stopped before it was ready/);
    const stop = keeper.stop(0);
    launch.resolve(
      fake(1, never, () => {
        stopped = true;
      }),
    );
    await Promise.all([stop, start]);
    assert.ok(stopped);
  });

  it('does not start again what dies while it is to stop, nor waits out a delay', async () => {
    let launches = 0;
    const keeper = createKeeper({
      name: 'worker',
      launch: async () => {
        launches += 1;
        const child = fake(launches, never);
        child.die('it fell over');
        return child;
      },
      logger,
    });
    const start = assert.rejects(keeper.start());
    while (keeper.status().state !== 'waiting' || launches === 0) await new Promise(setImmediate);
    await keeper.stop(0);
    await start;
    assert.equal(launches, 1);
  });
});

describe('the stop of all', () => {
  it('goes stage by stage, and members of one stage together', async () => {
    const events: string[] = [];
    const member = (name: string, stopStage: number) => ({
      stopStage,
      keeper: {
        name,
        status: () => ({ name, restarts: 0, state: 'ready' as const }),
        start: async () => {},
        stop: async () => {
          events.push(`${name} told`);
          await new Promise((resolve) => setTimeout(resolve, 5));
          events.push(`${name} gone`);
        },
      },
    });
    await stopInOrder([member('postgres', 9), member('user', 2), member('gateway', 1), member('product', 2)]);
    assert.deepEqual(events, [
      'gateway told',
      'gateway gone',
      'user told',
      'product told',
      'user gone',
      'product gone',
      'postgres told',
      'postgres gone',
    ]);
  });
});

describe('the output of a child', () => {
  it('is passed on in whole lines, letters of several bytes included', async () => {
    const stream = new PassThrough();
    const written: string[] = [];
    forwardLines(stream, (text) => written.push(text));
    const bytes = Buffer.from('{"a":"grün"}\n{"b":1}\n{"c"');
    const middle = bytes.indexOf(0xbc);
    for (const part of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
      stream.write(part);
      await new Promise(setImmediate);
    }
    assert.deepEqual(written, ['{"a":"grün"}\n{"b":1}\n']);
    stream.end(':2}');
    await new Promise((resolve) => stream.once('end', resolve));
    await new Promise(setImmediate);
    assert.equal(written.join(''), '{"a":"grün"}\n{"b":1}\n{"c":2}\n');
  });
});
