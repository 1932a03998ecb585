/**
 * The stand-ins for Azure as `npm run shop` needs them: what was written is there again after a `kill -9`, under
 * other ports too; what is made for the shop can be made again; and a change feed goes on where it was. It does not
 * prove that anything survives a loss of power, nor anything of Azure itself.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from '@azure/functions';
import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { countOf, readCounts } from '../../../local/backends/azure/counts.ts';
import { cosmosClient, lazy, serviceBusClient } from '../../../runtime/adapters/azure/clients.ts';
import { createDeadLetters } from '../../../runtime/adapters/azure/dead-letters.ts';
import { createDocuments } from '../../../runtime/adapters/azure/documents.ts';
import { givenUpMessage, retryMessage } from '../../../runtime/adapters/azure/messages.ts';
import { createTopicPublisher } from '../../../runtime/adapters/azure/publisher.ts';
import { openTopic } from '../../../runtime/adapters/azure/topic.ts';
import type { ShopEvent } from '../../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import type { CloudOptions } from '../../../stand-ins/azure/cloud.ts';
import { startFunctionsHost } from '../../../stand-ins/functions/host.ts';
import { eventually } from '../../contract/case.ts';
import { freePort } from '../../support/free-port.ts';
import { forkStandIns } from '../../support/stand-ins-process.ts';

const child = fileURLToPath(new URL('../../support/azure-stand-ins-child.ts', import.meta.url));
const definition = { name: 'things', indexes: {} };
const resources: Omit<CloudOptions, 'dataDir' | 'cosmosPort' | 'serviceBusPort' | 'administrationPort'> = {
  database: 'kept',
  topic: 'kept-events',
  tables: [definition],
  consumers: [{ name: 'reader', types: ['user.deleted'] }],
  listener: 'everything',
};
const userId = `USR-${'0'.repeat(26)}`;
const event = () => makeEvent('user.deleted', userId, 1, { userId });

describe('the stand-ins for Azure that keep what they are told', function () {
  this.timeout(20_000);
  let folder: string;
  let running: ChildProcess | undefined;
  let settings: { COSMOS: string; SERVICE_BUS: string };
  let administration: string;
  let bus: () => Promise<ServiceBusClient>;
  let cosmos: ReturnType<typeof cosmosClient>;

  const start = async (more: Partial<typeof resources> = {}) => {
    const [cosmosPort, serviceBusPort, administrationPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const ports = { cosmosPort, serviceBusPort, administrationPort };
    const options: CloudOptions = { ...resources, ...more, ...ports, dataDir: folder };
    running = await forkStandIns(child, options);
    settings = {
      COSMOS: `AccountEndpoint=http://127.0.0.1:${cosmosPort}/;AccountKey=eA==;`,
      SERVICE_BUS: `Endpoint=sb://127.0.0.1:${serviceBusPort};SharedAccessKeyName=x;SharedAccessKey=x;UseDevelopmentEmulator=true;`,
    };
    administration = `http://127.0.0.1:${administrationPort}`;
    cosmos = cosmosClient({ connectionString: settings.COSMOS });
    bus = serviceBusClient({ connectionString: settings.SERVICE_BUS });
  };
  const kill = async () => {
    await (await bus()).close();
    (await cosmos()).dispose();
    if (!running) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
    running = undefined;
  };
  const restart = async (more?: Partial<typeof resources>) => {
    await kill();
    await start(more);
  };

  const topic = () => openTopic(bus, resources.topic);
  const publish = (...events: ShopEvent[]) => createTopicPublisher(topic()).publish(events);
  const documents = () =>
    createDocuments(
      lazy(async () => (await cosmos()).database(resources.database).container(definition.name)),
      definition,
    );
  const write = (partition: string) =>
    documents().commit({ partition, writes: [{ kind: 'create', id: 'x', body: { n: 1 } }] });
  const receiver = async (subscription = 'reader') =>
    (await bus()).createReceiver(resources.topic, subscription);
  const receive = async (subscription?: string): Promise<ServiceBusReceivedMessage[]> =>
    (await receiver(subscription)).receiveMessages(10, { maxWaitTimeInMs: 300 });
  const count = async (path: string) =>
    countOf(await readCounts(administration), [
      path.replace('reader', `${resources.topic}/Subscriptions/reader`),
    ]);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shop-kept-'));
    await start();
  });
  afterEach(async () => {
    await kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  it('have documents, subscriptions and messages again, at another address', async () => {
    await write('p');
    const [before, after] = [event(), event()];
    await publish(before);
    await restart();
    await publish(after);
    const said = (await receive()).map(({ messageId }) => messageId);
    assert.deepEqual(said, [before.id, after.id]);
    assert.deepEqual((await documents().get({ partition: 'p', id: 'x' }))?.body, { n: 1 });
    await assert.rejects(write('p'), { name: 'ConflictError' });
  });

  it('keep a unit of work whole: what was refused has left nothing', async () => {
    await write('p');
    const refused = documents().commit({
      partition: 'p',
      writes: [
        { kind: 'create', id: 'other', body: {} },
        { kind: 'replace', id: 'x', version: 7, body: {} },
      ],
    });
    await assert.rejects(refused, { name: 'ConflictError' });
    await documents().commit({ partition: 'p', writes: [{ kind: 'delete', id: 'x', version: 1 }] });
    await restart();
    assert.deepEqual((await documents().scan()).items, []);
  });

  it('give a message that was taken again, and forget what was completed', async () => {
    const [taken, done] = [event(), event()];
    await publish(taken, done);
    const found = (await receive()).find(({ messageId }) => messageId === done.id);
    assert.ok(found);
    await (await receiver()).completeMessage(found);
    await restart();
    assert.deepEqual(
      (await receive()).map(({ messageId }) => messageId),
      [taken.id],
    );
  });

  it('count the deliveries that failed', async () => {
    await publish(event());
    const [taken] = await receive();
    assert.ok(taken);
    await (await receiver()).abandonMessage(taken);
    await restart();
    assert.equal((await receive())[0]?.deliveryCount, 1);
  });

  it('put off a copy until its time, which may come while they are away', async () => {
    const copied = { body: event(), consumer: 'reader', attempts: 3 };
    await topic().send([retryMessage(copied, 1_200), retryMessage(copied, 60_000)]);
    assert.equal(await count(resources.topic), 2);
    await restart();
    await eventually(async () =>
      assert.deepEqual(
        (await receive()).map(({ applicationProperties }) => applicationProperties?.attempts),
        [3],
      ),
    );
    assert.equal(await count(resources.topic), 1);
  });

  it('have dead letters again, seen and redriven', async () => {
    const letters = () => createDeadLetters(bus, topic(), ['reader']);
    await topic().send([givenUpMessage({ body: event(), consumer: 'reader', attempts: 9 }, 'why')]);
    await eventually(async () => {
      assert.deepEqual(await receive(), []);
      assert.equal((await letters().list()).length, 1);
    });
    await restart();
    assert.equal(await count('reader/$DeadLetterQueue'), 1);
    const [letter] = await letters().list();
    assert.equal(letter?.reason, 'why');
    assert.ok(await letters().redrive(letter?.id ?? ''));
    assert.equal((await receive()).length, 1);
  });

  it('are made anew at each start, also when a consumer hears more than before', async () => {
    const consumers = [{ name: 'reader', types: ['user.deleted', 'user.updated'] as const }];
    await restart({ consumers });
    await restart({ consumers, tables: [{ ...definition, indexes: { all: () => undefined } }] });
    await publish(
      makeEvent('user.updated', userId, 2, { userId, username: 'ann', email: 'ann@example.com' }),
      event(),
    );
    assert.equal((await receive()).length, 2);
    assert.equal((await receive('everything')).length, 2);
  });

  it('have their change feed read on from where it was, not from the beginning', async () => {
    const heard: string[] = [];
    const readUntil = async (length: number) => {
      const register = () =>
        app.cosmosDB('things-feed', {
          connection: 'COSMOS',
          databaseName: resources.database,
          containerName: definition.name,
          leaseContainerName: 'leases',
          startFromBeginning: true,
          feedPollDelay: 50,
          handler: async (items: unknown[]) => {
            // Beside each document there is the receipt of its commit.
            for (const { id, partition } of items as { id: string; partition: string }[])
              if (id === 'd:x') heard.push(partition);
          },
        });
      const host = await startFunctionsHost({ register, settings });
      await eventually(async () => assert.equal(heard.length, length));
      await host.stop();
    };
    await write('one');
    await write('two');
    await readUntil(2);
    await restart();
    await write('three');
    await readUntil(3);
    assert.deepEqual(heard.toSorted(), ['one', 'three', 'two']);
  });
});
