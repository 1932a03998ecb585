import { join } from 'node:path';
import { consoleQueue, readAwsSettings, standInClient } from '../../backends/aws/settings.ts';
import { functionShapes } from '../../backends/functions.ts';
import { loadStandIns } from '../../backends/stand-ins.ts';
import { runStandIn } from '../run-stand-in.ts';

/** Longer than a function may take with a batch, and short enough that a killed one's messages come soon again. */
const visibilitySeconds = 5;

const portOf = (endpoint: string) => Number(new URL(endpoint).port);

await runStandIn('stand-ins', async () => {
  const settings = readAwsSettings(process.env);
  const shapes = functionShapes(process.env);
  const { startCloud } = await loadStandIns.aws();
  const cloud = await startCloud({
    dynamoDbPort: portOf(settings.AWS_ENDPOINT_URL_DYNAMODB),
    snsSqsPort: portOf(settings.AWS_ENDPOINT_URL_SQS),
    dataDir: join(process.env.DATA_DIR ?? '', 'cloud'),
    client: (endpoint) => standInClient(settings.AWS_REGION, endpoint),
    prefix: settings.RESOURCE_PREFIX,
    topic: settings.TOPIC_ARN.slice(settings.TOPIC_ARN.lastIndexOf(':') + 1),
    tables: shapes.flatMap(({ tables }) => tables),
    consumers: shapes.flatMap(({ consumers }) => consumers),
    visibilitySeconds,
    listener: consoleQueue(settings.RESOURCE_PREFIX),
  });
  return cloud.stop;
});
