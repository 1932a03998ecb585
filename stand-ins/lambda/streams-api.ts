import type { DynamoDBRecord } from 'aws-lambda';

export interface Shard {
  readonly ShardId: string;
}

/** DynamoDB Streams over HTTP, as far as a poller needs it. Stand-ins check no signature. */
export class StreamsApi {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async streamArn(table: string): Promise<string> {
    const { Streams } = await this.#call<{ Streams: { StreamArn: string }[] }>('ListStreams', {
      TableName: table,
    });
    const arn = Streams[0]?.StreamArn;
    if (!arn) throw new Error(`table ${table} has no stream`);
    return arn;
  }

  async shards(streamArn: string): Promise<Shard[]> {
    const { StreamDescription } = await this.#call<{ StreamDescription: { Shards: Shard[] } }>(
      'DescribeStream',
      {
        StreamArn: streamArn,
      },
    );
    return StreamDescription.Shards;
  }

  /** From the record after `sequenceNumber` on, or from the shard's oldest. */
  async iterator(streamArn: string, shardId: string, sequenceNumber?: string): Promise<string> {
    const { ShardIterator } = await this.#call<{ ShardIterator: string }>('GetShardIterator', {
      StreamArn: streamArn,
      ShardId: shardId,
      ...(sequenceNumber === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequenceNumber }),
    });
    return ShardIterator;
  }

  /** Without `NextShardIterator`, the shard is at its end. */
  records(iterator: string): Promise<{ Records: DynamoDBRecord[]; NextShardIterator?: string }> {
    return this.#call('GetRecords', { ShardIterator: iterator, Limit: 100 });
  }

  async #call<Answer>(operation: string, input: object): Promise<Answer> {
    const response = await fetch(this.#endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization: `AWS4-HMAC-SHA256 Credential=standin/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
      },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(5_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${operation}: ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  }
}
