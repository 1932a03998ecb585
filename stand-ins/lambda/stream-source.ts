import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import type { Checkpoints } from './checkpoints.ts';
import { type Polling, pause, poll, stopAll } from './polling.ts';
import type { Invoke } from './queue-source.ts';
import { StreamsApi } from './streams-api.ts';

export interface StreamSourceOptions {
  readonly endpoint: string;
  readonly table: string;
  readonly invoke: Invoke;
  /** Deliveries of a batch that fails before it is skipped, as MaximumRetryAttempts says. @default 5 */
  readonly maxAttempts?: number;
  /** Between two looks at a stream that had nothing, in milliseconds. @default 20 */
  readonly pollMs?: number;
  /** Where to go on after a new start. @default from the oldest record on */
  readonly checkpoints?: Checkpoints;
}

/** How often a stream is asked for new shards, in milliseconds. */
const shardsEveryMs = 1_000;

/**
 * A table's stream as an event source: each shard in order, a batch again from its first failure on
 * (ReportBatchItemFailures), and skipped after the bound.
 */
export function startStreamSource(options: StreamSourceOptions): Polling {
  const { endpoint, table } = options;
  const api = new StreamsApi(endpoint);
  const known = new Set<string>();
  const readers: Polling[] = [];
  const watcher = poll(async (signal) => {
    const arn = await api.streamArn(table);
    for (const { ShardId } of await api.shards(arn)) {
      if (known.has(ShardId)) continue;
      known.add(ShardId);
      readers.push(readShard(api, arn, ShardId, options));
    }
    await pause(shardsEveryMs, signal);
  });
  return {
    stop: async () => {
      await watcher.stop();
      await stopAll(readers);
    },
  };
}

function readShard(api: StreamsApi, arn: string, shardId: string, options: StreamSourceOptions): Polling {
  const { pollMs = 20, checkpoints } = options;
  let iterator: string | undefined;
  let last = checkpoints?.get(`${arn} ${shardId}`);
  let ended = false;
  return poll(async (signal) => {
    if (ended) return pause(shardsEveryMs, signal);
    iterator ??= await api.iterator(arn, shardId, last);
    const from = iterator;
    // An iterator that fails may be too old: the next turn asks for another.
    iterator = undefined;
    const { Records, NextShardIterator } = await api.records(from);
    const records = Records.map((record) => ({
      ...record,
      eventSource: 'aws:dynamodb',
      eventSourceARN: arn,
    }));
    ended = NextShardIterator === undefined;
    if (records.length > 0) {
      await deliver(records, options, signal);
      // Stopped, it may not have delivered them all.
      if (signal.aborted) return;
      last = records.at(-1)?.dynamodb?.SequenceNumber;
      if (last !== undefined) checkpoints?.set(`${arn} ${shardId}`, last);
      iterator = NextShardIterator;
    } else {
      // The next one of an empty answer skips, in Amazon's jar, what is written at this moment.
      iterator = from;
      await pause(pollMs, signal);
    }
  });
}

async function deliver(
  records: DynamoDBRecord[],
  { invoke, maxAttempts = 5 }: StreamSourceOptions,
  signal: AbortSignal,
): Promise<void> {
  let left = records;
  for (let attempt = 1; attempt <= maxAttempts && left.length > 0 && !signal.aborted; attempt += 1) {
    if (attempt > 1) await pause(50 * 2 ** attempt, signal);
    left = await invoke({ Records: left }).then(
      (response) => fromFirstFailure(left, response as DynamoDBBatchResponse),
      () => left,
    );
  }
}

function fromFirstFailure(records: DynamoDBRecord[], { batchItemFailures }: DynamoDBBatchResponse) {
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const first = records.findIndex(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ''));
  return first === -1 ? [] : records.slice(first);
}
