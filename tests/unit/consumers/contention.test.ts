/**
 * Several deliveries that change one document at the same time: none is given up for the others' progress. It proves
 * nothing of a store: the documents are in memory, each call as slow as one over a network.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDelivery } from '../../../runtime/consumers/deliver.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import type { Documents } from '../../../runtime/ports/documents.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const callMs = 2;
const userId = `USR-${'0'.repeat(26)}`;
const key = { partition: userId, id: 'count' };

function slowDocuments(): Documents {
  const memory = createMemoryDocuments();
  return {
    ...memory,
    get: async (where) => {
      await sleep(callMs);
      return memory.get(where);
    },
    commit: async (unit) => {
      await sleep(callMs);
      return memory.commit(unit);
    },
  };
}

describe('deliveries that change one document at once', () => {
  it('all have their effect, and none counts as a failure', async () => {
    const documents = slowDocuments();
    await documents.commit({ ...key, writes: [{ kind: 'create', id: key.id, body: { count: 0 } }] });
    const deliver = createDelivery(
      {
        name: 'counter',
        types: ['user.deleted'],
        handle: async (event, { documents }) => {
          const found = await documents.get<{ count: number }>(key);
          const { version = 0, body: { count } = { count: 0 } } = found ?? {};
          return {
            partition: key.partition,
            writes: [{ kind: 'replace', id: key.id, version, body: { count: count + 1 } }],
            handled: { consumer: 'counter', eventId: event.id },
          };
        },
      },
      documents,
      createLogger('contention', 'silent'),
    );
    // More than there are rounds: in step, only one could win each.
    const contenders = Array.from({ length: 8 }, () => makeEvent('user.deleted', userId, 1, { userId }));
    const outcomes = await Promise.all(contenders.map((body) => deliver({ body, attempts: 0 })));
    assert.deepEqual(
      outcomes.filter((outcome) => outcome !== undefined),
      [],
    );
    assert.deepEqual((await documents.get(key))?.body, { count: contenders.length });
  });
});
