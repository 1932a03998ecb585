import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Account } from './account.ts';
import type { Container, ContainerDefinition } from './container.ts';
import {
  type Answer,
  answerBatch,
  answerFeed,
  answerPoint,
  answerQuery,
  batchEntry,
  type ItemsRequest,
  problem,
} from './documents.ts';
import { type Fault, Faults, type RequestKind } from './faults.ts';
import { openItemFile } from './file.ts';
import { rangeIds } from './ranges.ts';

/**
 * A stand-in for Azure Cosmos DB for NoSQL: its REST protocol over plain HTTP on 127.0.0.1, for what `@azure/cosmos` 4
 * needs of databases, containers, points, patches, transactional batches, queries of the subset in sql.ts, and the
 * change feed in latest-version mode. It checks no signature and counts no request units.
 */
export interface Cosmos {
  readonly endpoint: string;
  /** For clients and settings. */
  readonly connectionString: string;
  readonly faults: Faults;
  /** With its database. One that is kept in a file has its items, and this definition from now on. */
  ensureContainer(database: string, definition: ContainerDefinition): void;
  /** Moves the clock of time-to-live on, in milliseconds. */
  advance(ms: number): void;
  close(): Promise<void>;
}

export interface CosmosOptions {
  /** @default any free one */
  readonly port?: number;
  /** Where all is kept, over the death of any process. Requests are not listed then. @default memory */
  readonly file?: string;
}

export async function startCosmos({ port = 0, file }: CosmosOptions = {}): Promise<Cosmos> {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const account = new Account(now, file === undefined ? undefined : openItemFile(file));
  const faults = new Faults(file === undefined);
  const server = createServer((request, response) => {
    serve(request, response, account, faults).catch((error: unknown) => {
      console.error('the Cosmos DB stand-in failed:', error);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    connectionString: `AccountEndpoint=${endpoint}/;AccountKey=${Buffer.from('stand-in').toString('base64')};`,
    faults,
    ensureContainer: (database, definition) => account.ensureContainer(database, definition),
    advance: (ms) => {
      ahead += ms;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      account.close();
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  account: Account,
  faults: Faults,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const items: ItemsRequest = {
    method: request.method ?? 'GET',
    id: undefined,
    headers: request.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
  const path = (request.url ?? '/').split('/').filter(Boolean).map(decodeURIComponent);
  const kind = kindOf(path, items);
  const fault = faults.take(kind);
  if (fault?.silent) return;
  const answer = (fault && refusal(fault, items)) ?? route(path, kind, items, account);
  const { method, headers, body } = items;
  faults.note({ kind, method, path: path.join('/'), headers, body, status: answer.status });
  if (fault?.lost) response.destroy();
  else send(response, answer);
}

function kindOf(path: readonly string[], { headers, method }: ItemsRequest): RequestKind {
  if (path[4] !== 'docs') return 'other';
  if (headers['x-ms-cosmos-is-batch-request'] !== undefined) return 'batch';
  if (headers['a-im'] !== undefined) return 'feed';
  const isQuery = headers['x-ms-documentdb-isquery'] ?? headers['x-ms-cosmos-is-query-plan-request'];
  return isQuery !== undefined || (method === 'GET' && path.length === 5) ? 'query' : 'point';
}

function refusal(
  { status, operationStatus, operationIndex = 0, retryAfterMs }: Fault,
  { body }: ItemsRequest,
): Answer | undefined {
  if (operationStatus !== undefined) {
    const entries = (body as unknown[]).map((_, index) =>
      batchEntry({ status: index === operationIndex ? operationStatus : 424 }),
    );
    return { status: 207, body: entries };
  }
  if (status === undefined) return undefined;
  const headers: Record<string, string> =
    retryAfterMs === undefined ? {} : { 'x-ms-retry-after-ms': String(retryAfterMs) };
  return { ...problem(status, 'an injected fault'), headers };
}

function route(path: readonly string[], kind: RequestKind, request: ItemsRequest, account: Account): Answer {
  const [, databaseId = '', , containerId = '', feed, id] = path;
  const { method } = request;
  if (path.length === 0) return { status: 200, body: accountBody };
  if (path.length === 1 && method === 'POST') {
    const body = request.body as { id: string };
    if (account.hasDatabase(body.id)) return problem(409, 'the database exists');
    account.createDatabase(body.id);
    return { status: 201, body };
  }
  if (!account.hasDatabase(databaseId)) return problem(404, 'the database does not exist');
  if (path.length === 2) return answerDatabase(account, databaseId, method);
  const container = account.container(databaseId, containerId);
  if (path.length === 3 && method === 'POST') {
    const body = request.body as ContainerDefinition;
    if (account.container(databaseId, body.id)) return problem(409, 'the container exists');
    account.createContainer(databaseId, body);
    return { status: 201, body };
  }
  if (!container) return problem(404, 'the container does not exist');
  if (path.length === 4) {
    if (method !== 'DELETE') return { status: 200, body: { ...container.definition, _rid: container.rid } };
    account.deleteContainer(databaseId, containerId);
    return { status: 204 };
  }
  if (feed === 'pkranges') return answerRanges(container);
  if (feed !== 'docs') return problem(400, `this stand-in has no ${feed}`);
  const answers = {
    batch: answerBatch,
    feed: answerFeed,
    query: answerQuery,
    point: answerPoint,
    other: answerPoint,
  };
  if (kind === 'query' && method === 'GET') return problem(400, 'this stand-in lists by query only');
  return answers[kind](container, { ...request, id });
}

function answerDatabase(account: Account, id: string, method: string): Answer {
  if (method !== 'DELETE') return { status: 200, body: { id } };
  account.deleteDatabase(id);
  return { status: 204 };
}

const accountBody = {
  id: 'stand-in',
  writableLocations: [],
  readableLocations: [],
  enableMultipleWriteLocations: false,
  userConsistencyPolicy: { defaultConsistencyLevel: 'Strong' },
};

/** Equal parts of the space of hashes. */
function answerRanges(container: Container): Answer {
  const [low = '', high = ''] = rangeIds;
  const ranges = [
    { id: low, minInclusive: '', maxExclusive: '80', parents: [], status: 'online' },
    { id: high, minInclusive: '80', maxExclusive: 'FF', parents: [], status: 'online' },
  ];
  return { status: 200, body: { _rid: container.rid, PartitionKeyRanges: ranges, _count: ranges.length } };
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'x-ms-request-charge': '1',
    ...(text !== '' && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    ...headers,
  });
  response.end(text);
}
