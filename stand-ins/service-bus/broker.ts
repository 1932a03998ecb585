import type { AddressInfo, Server, Socket } from 'node:net';
import rhea, { type Connection, type Message } from 'rhea';
import { startAdministration } from './administration.ts';
import { openMessageFile } from './file.ts';
import { compileFilter, type Filter } from './filter.ts';
import { openReceiver, openSender } from './links.ts';
import type { Managed } from './management.ts';
import { Queue, type QueueSettings } from './queue.ts';
import { Topic } from './topic.ts';

/**
 * A stand-in for Azure Service Bus: AMQP 1.0 over plain TCP on 127.0.0.1, true to what `@azure/service-bus` 7 can see
 * of queues and topics. It has no sessions, transactions, partitions or duplicate detection, and rules are given when a
 * subscription is made.
 */
export interface ServiceBus {
  /** For clients: the emulator's form, which means TCP without TLS. */
  readonly connectionString: string;
  createQueue(name: string, settings?: QueueSettings): Queue;
  createTopic(name: string): void;
  /** @default the filter lets everything through */
  createSubscription(topic: string, name: string, filter?: Filter, settings?: QueueSettings): Queue;
  /** Cuts every connection, as a network does. */
  cutConnections(): void;
  /** Takes the next `count` transfers and cuts the connection before they are confirmed. */
  loseAnswers(count: number): void;
  close(): Promise<void>;
}

/** What rhea keeps of a connection beside what it tells. */
interface Cuttable {
  readonly socket: Socket;
  socket_ready: boolean;
  readonly heartbeat_out?: NodeJS.Timeout;
}

function cut(connection: Cuttable): void {
  // rhea would go on to write to the socket that is gone: what was still to be said, and its heartbeats, for ever.
  connection.socket_ready = false;
  clearTimeout(connection.heartbeat_out);
  connection.socket.destroy();
}

export interface ServiceBusOptions {
  /** @default any free one */
  readonly port?: number;
  /** Where it answers how many messages it holds. @default nowhere */
  readonly administrationPort?: number;
  /** Where messages are kept, over the death of any process. @default memory */
  readonly file?: string;
}

export async function startServiceBus(options: ServiceBusOptions = {}): Promise<ServiceBus> {
  const file = options.file === undefined ? undefined : openMessageFile(options.file);
  const queues = new Map<string, Queue>();
  const topics = new Map<string, Topic>();
  const nameOf = (address: string) => address.replace(/^\/+/, '').toLowerCase();
  let answersToLose = 0;

  const entities = {
    queue: (address: string) => queues.get(nameOf(address)),
    managed: (address: string): Managed | undefined => {
      const queue = queues.get(nameOf(address));
      if (!queue) return topics.get(nameOf(address));
      const enqueue = (message: Message) => queue.enqueue(message);
      return { queue, enqueue, cancelScheduled: (sequence) => queue.cancelScheduled(sequence) };
    },
    together: (work: () => void) => (file ? file.together(work) : work()),
    received: (connection: Connection) => {
      if (answersToLose === 0) return;
      answersToLose -= 1;
      cut(connection as unknown as Cuttable);
    },
  };
  const container = rhea.create_container({ id: 'service-bus-stand-in' });
  container.on('receiver_open', (context) => openReceiver(context, entities));
  container.on('sender_open', (context) => openSender(context, entities));
  // A client that goes away is no fault of the broker; without a listener rhea throws.
  for (const event of ['error', 'connection_error', 'session_error', 'protocol_error']) {
    container.on(event, () => {});
  }
  const connections = new Set<Cuttable>();
  container.on('connection_open', ({ connection }) => connections.add(connection as unknown as Cuttable));
  container.on('disconnected', ({ connection }) => connections.delete(connection as unknown as Cuttable));
  const sizes = () => [...queues, ...topics].map(([path, { size }]) => [path, size] as const);
  const administration =
    options.administrationPort === undefined
      ? undefined
      : await startAdministration(options.administrationPort, () => Object.fromEntries(sizes()));
  // Whoever connects at once finds what is made right after.
  const server = container.listen({
    port: options.port ?? 0,
    host: '127.0.0.1',
    treat_modified_as_released: false,
  } as never) as Server;
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  const { port } = server.address() as AddressInfo;

  const add = (queue: Queue) => {
    for (const each of [queue, queue.deadLetters]) if (each) queues.set(nameOf(each.path), each);
    return queue;
  };
  const cutConnections = () => {
    for (const connection of connections) cut(connection);
  };
  return {
    connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=stand-in;SharedAccessKey=none;UseDevelopmentEmulator=true;`,
    createQueue: (name, settings) => add(new Queue(name, settings, file)),
    createTopic: (name) => {
      topics.set(nameOf(name), new Topic(name, file));
    },
    createSubscription: (topicName, name, filter = { sql: '1 = 1' }, settings) => {
      const topic = topics.get(nameOf(topicName));
      if (!topic) throw new Error(`there is no topic ${topicName}`);
      const queue = add(new Queue(`${topicName}/Subscriptions/${name}`, settings, file));
      topic.subscriptions.push({ matches: compileFilter(filter), queue });
      return queue;
    },
    cutConnections,
    loseAnswers: (count) => {
      answersToLose = count;
    },
    close: async () => {
      for (const entity of [...queues.values(), ...topics.values()]) entity.close();
      cutConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), administration?.close()]);
      file?.close();
    },
  };
}
