import { join } from 'node:path';
import { functionShapes } from '../../../entries/functions/shape.ts';
import { createInvoke } from '../../backends/aws/invocation.ts';
import { readAwsSettings, standInClient } from '../../backends/aws/settings.ts';
import { loadStandIns } from '../../backends/stand-ins.ts';
import { runStandIn } from '../run-stand-in.ts';

/** What a function adds to its service's own schedules; oftener than in the cloud, where a minute will do. */
const sweep = { name: 'outbox-sweep', everyMs: 5_000 };

/** What calls the functions: API Gateway, the event source mappings and the scheduler in one process. */
await runStandIn('lambda-host', async (logger) => {
  const settings = readAwsSettings(process.env);
  const { startLambdaHost } = await loadStandIns.lambda();
  const host = await startLambdaHost({
    functions: functionShapes(process.env).map(({ name, tables, consumers, schedules }) => ({
      name,
      tables,
      consumers,
      schedules: [...schedules, sweep],
      invoke: createInvoke(process.env[`${name.toUpperCase()}_FUNCTION_URL`] ?? ''),
    })),
    port: Number(process.env.PORT),
    prefix: settings.RESOURCE_PREFIX,
    dataDir: join(process.env.DATA_DIR ?? '', 'cloud'),
    dynamoDbEndpoint: settings.AWS_ENDPOINT_URL_DYNAMODB,
    sqsClient: standInClient(settings.AWS_REGION, settings.AWS_ENDPOINT_URL_SQS),
  });
  logger.info({ service: 'functions', address: { port: Number(process.env.PORT) } }, 'listening');
  return host.stop;
});
