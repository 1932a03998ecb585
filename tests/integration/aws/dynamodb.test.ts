/**
 * The stand-in for DynamoDB stays as fast as it was at first: what it asks of its stream records is answered by an
 * index. It proves nothing of a stand-in in memory, of Amazon's own, or of DynamoDB.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startDynamoDb } from '../../../stand-ins/dynamodb.ts';
import { freePort } from '../../support/free-port.ts';

/** As they stand in the program of dynoxide 1.2.1. */
const questions = {
  'the next number': `SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records
    WHERE table_name = ?1`,
  'the next records': `SELECT new_image FROM _stream_records
    WHERE table_name = ?1 AND shard_id = ?2 AND CAST(sequence_number AS INTEGER) > ?3
    ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT ?4`,
  'a shard’s ends': `SELECT MIN(sequence_number), MAX(sequence_number) FROM _stream_records
    WHERE table_name = ?1 AND shard_id = ?2`,
};

describe('the stand-in for DynamoDB', () => {
  if (process.env.STAND_IN_DYNAMODB === 'jar') {
    it.skip('answers by an index: this is about dynoxide; unset STAND_IN_DYNAMODB to run it');
    return;
  }

  it('answers by an index what it asks of its stream records', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shop-dynamodb-'));
    const file = join(folder, 'documents.db');
    const dynamoDb = await startDynamoDb({ kind: 'dynoxide', port: await freePort(), file });
    try {
      const database = new DatabaseSync(file, { readOnly: true });
      for (const [what, question] of Object.entries(questions)) {
        const plan = database
          .prepare(`EXPLAIN QUERY PLAN ${question}`)
          .all()
          .map(({ detail }) => String(detail));
        assert.equal(plan.length, 1, `${what}: ${plan.join('; ')}`);
        assert.match(plan[0] ?? '', /^SEARCH _stream_records USING .*INDEX/, what);
      }
      database.close();
    } finally {
      await dynamoDb.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
