/** A bus whose filter does not hold yet hands over what is for others. That it does on a real bus is not shown here. */
import assert from 'node:assert/strict';
import { createMessageHandler } from '../../../runtime/consumers/handle.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import type { Consumer } from '../../../runtime/ports/event-bus.ts';

describe('a consumer', () => {
  it('lets go of an event that it did not ask for', async () => {
    const handled: string[] = [];
    const consumer: Consumer = {
      name: 'test',
      types: ['user.registered'],
      handle: async ({ type }) => {
        handled.push(type);
        return undefined;
      },
    };
    const handle = createMessageHandler(consumer);
    const userId = 'USR-01JABCDEFGHJKMNPQRSTVWXYZ0';
    const profile = { userId, username: 'ada', email: 'ada@example.com' };
    const documents = { get: async () => undefined } as never;
    for (const body of [
      makeEvent('user.registered', userId, 1, profile),
      makeEvent('user.deleted', userId, 2, { userId }),
    ])
      await handle({ attempts: 0, body }, documents);
    assert.deepEqual(handled, ['user.registered']);
  });
});
