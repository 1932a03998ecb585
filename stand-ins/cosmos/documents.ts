import type { Container, Operation, Resource, Result } from './container.ts';
import { rangeIds } from './ranges.ts';
import { parseQuery, type Query, SqlError, valueAt } from './sql.ts';

/** A request for a container's items, and its answer, without HTTP's machinery. */
export interface ItemsRequest {
  readonly method: string;
  readonly id: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const maxBatchOperations = 100;
const maxBatchBytes = 2 * 1024 * 1024;

export function answerBatch(container: Container, request: ItemsRequest): Answer {
  const operations = request.body as Operation[];
  if (operations.length > maxBatchOperations) {
    return problem(400, `a batch has at most ${maxBatchOperations} operations`);
  }
  if (Buffer.byteLength(JSON.stringify(operations)) > maxBatchBytes)
    return problem(413, 'Request size is too large');
  const results = container.batch(partitionOf(request), operations);
  const failed = results.some(({ status }) => status >= 400);
  return { status: failed ? 207 : 200, body: results.map(batchEntry) };
}

/** Of a batch's answer. */
export function batchEntry({ status, resource, message }: Result): object {
  return {
    statusCode: status,
    requestCharge: 1,
    ...(resource && { eTag: resource._etag, resourceBody: resource }),
    ...(message !== undefined && { message }),
  };
}

export function answerPoint(container: Container, request: ItemsRequest): Answer {
  const { method, id, body, headers } = request;
  const upsert = headers['x-ms-documentdb-is-upsert'] !== undefined;
  const patch = Array.isArray(body) ? { operations: body } : body;
  const types: Record<string, string> = {
    GET: 'Read',
    POST: upsert ? 'Upsert' : 'Create',
    PUT: 'Replace',
    DELETE: 'Delete',
    PATCH: 'Patch',
  };
  const { status, resource, message } = container.run(partitionOf(request), {
    operationType: types[method] ?? method,
    id,
    resourceBody: method === 'PATCH' ? patch : body,
    ifMatch: headers['if-match'] as string | undefined,
  });
  if (!resource) return status < 400 ? { status } : problem(status, message ?? 'refused');
  return { status, headers: { etag: String(resource._etag) }, body: resource };
}

/** A query of one partition or range, a page at a time; or the plan of one over all ranges. */
export function answerQuery(container: Container, { headers, body }: ItemsRequest): Answer {
  const { query: text, parameters = [] } = body as {
    query: string;
    parameters?: { name: string; value: unknown }[];
  };
  let query: Query;
  try {
    query = parseQuery(text, Object.fromEntries(parameters.map(({ name, value }) => [name, value])));
  } catch (error) {
    if (error instanceof SqlError) return problem(400, error.message);
    throw error;
  }
  const unindexed = container.unindexedPath(query);
  if (unindexed !== undefined) return problem(400, `the path ${unindexed} is excluded from the index`);
  if (headers['x-ms-cosmos-is-query-plan-request'] !== undefined) return { status: 200, body: planOf(query) };
  const key = headers['x-ms-documentdb-partitionkey'] as string | undefined;
  const range = headers['x-ms-documentdb-partitionkeyrangeid'] as string | undefined;
  if (key === undefined && range === undefined) {
    return {
      status: 400,
      headers: { 'x-ms-substatus': '1004' },
      body: {
        code: 'BadRequest',
        message: 'Cross partition query only supports a plan.',
        additionalErrorInfo: JSON.stringify(planOf(query)),
      },
    };
  }
  const found = container.query(query, { ...(key === undefined ? { range } : { partition: key }) });
  const from = Number(headers['x-ms-continuation'] ?? 0);
  const most = Number(headers['x-ms-max-item-count'] ?? 100);
  const end = from + (most < 1 ? 100 : most);
  const page = found
    .slice(from, end)
    .map((resource) => (query.rewritten ? rewritten(resource, query) : resource));
  return {
    status: 200,
    headers: end < found.length ? { 'x-ms-continuation': String(end) } : {},
    body: { _rid: container.rid, Documents: page, _count: page.length },
  };
}

function rewritten(resource: Resource, { orderBy }: Query): object {
  return {
    _rid: resource._rid,
    orderByItems: [{ item: orderBy && valueAt(resource, orderBy.path) }],
    payload: resource,
  };
}

function planOf({ top, whereText, orderBy }: Query): object {
  const head = top === undefined ? 'SELECT' : `SELECT TOP ${top}`;
  const filter = `(${whereText}) AND ({documentdb-formattableorderbyquery-filter})`;
  const order = orderBy?.descending ? 'DESC' : 'ASC';
  const list = `c._rid, [{"item": ${orderBy?.text}}] AS orderByItems, c AS payload`;
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: 'None',
      top: top ?? null,
      offset: null,
      limit: null,
      orderBy: orderBy ? [orderBy.descending ? 'Descending' : 'Ascending'] : [],
      orderByExpressions: orderBy ? [orderBy.text] : [],
      groupByExpressions: [],
      groupByAliases: [],
      aggregates: [],
      groupByAliasToAggregateType: {},
      rewrittenQuery: orderBy
        ? `${head} ${list} FROM c WHERE (${filter}) ORDER BY ${orderBy.text} ${order}`
        : '',
      hasSelectValue: false,
      hasNonStreamingOrderBy: false,
    },
    queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
  };
}

/** Latest-version change feed of one range: 304 when there is nothing new. */
export function answerFeed(container: Container, { headers }: ItemsRequest): Answer {
  const range = String(headers['x-ms-documentdb-partitionkeyrangeid']);
  if (!(rangeIds as readonly string[]).includes(range)) return problem(410, 'no such range');
  const since = String(headers['if-none-match'] ?? '"0"');
  const lsn = since === '*' ? container.lsn : Number(since.replaceAll('"', ''));
  const most = Number(headers['x-ms-max-item-count'] ?? 100);
  const page = container.changes(range, lsn, most < 1 ? 100 : most);
  if (page.items.length === 0) return { status: 304, headers: { etag: `"${lsn}"` } };
  const body = { _rid: container.rid, Documents: page.items, _count: page.items.length };
  return { status: 200, headers: { etag: `"${page.lsn}"` }, body };
}

export function problem(status: number, message: string): Answer {
  return { status, body: { code: String(status), message } };
}

function partitionOf({ headers }: ItemsRequest): string {
  // Sent as ASCII with \u escapes, or as it is.
  return JSON.stringify(JSON.parse(String(headers['x-ms-documentdb-partitionkey'] ?? '[null]')));
}
