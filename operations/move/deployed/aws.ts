import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { countMessages } from '../../../local/backends/aws/counts.ts';
import { clientDefaults } from '../../../runtime/adapters/aws/clients.ts';
import { createDocuments } from '../../../runtime/adapters/aws/documents.ts';
import { createOutboxStore } from '../../../runtime/adapters/aws/outbox.ts';
import { createQueues, deadLetterQueueName, queueName } from '../../../runtime/adapters/aws/queues.ts';
import { createSecretsManagerSecrets } from '../../../runtime/adapters/aws/secrets.ts';
import { tableName } from '../../../runtime/adapters/aws/table.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import type { OpenBackend } from './backend.ts';

const shape = {
  AWS_REGION: z.string(),
  RESOURCE_PREFIX: z.string(),
  AWS_ENDPOINT_URL_DYNAMODB: z.url().optional(),
  AWS_ENDPOINT_URL_SQS: z.url().optional(),
};

/** Credentials are found as every program of the SDK finds them. */
export const openBackend: OpenBackend = (env, consumers) => {
  const { AWS_REGION: region, RESOURCE_PREFIX: prefix, ...endpoints } = readEnv(shape, env);
  const defaults = { ...clientDefaults, region };
  const dynamoDb = new DynamoDBClient({ ...defaults, endpoint: endpoints.AWS_ENDPOINT_URL_DYNAMODB });
  const sqs = new SQSClient({ ...defaults, endpoint: endpoints.AWS_ENDPOINT_URL_SQS });
  const secretsManager = new SecretsManagerClient(defaults);
  const queues = createQueues(sqs);
  const tableOf = (definition: TableDefinition) => ({ tableName: tableName(prefix, definition), definition });
  const countAll = async (nameOf: typeof queueName) => {
    const names = consumers.map((consumer) => nameOf(prefix, consumer));
    const counts = await Promise.all(names.map((queue) => countMessages(sqs, queues, queue)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  return {
    open: (table) => createDocuments(dynamoDb, tableOf(table)),
    outbox: (table) => createOutboxStore(dynamoDb, tableOf(table)),
    countMessages: () => countAll(queueName),
    countDeadLetters: () => countAll(deadLetterQueueName),
    secrets: createSecretsManagerSecrets(secretsManager),
    close: async () => {
      for (const client of [dynamoDb, sqs, secretsManager]) client.destroy();
    },
  };
};
