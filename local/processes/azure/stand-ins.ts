import { join } from 'node:path';
import { functionShapes } from '../../../entries/functions/shape.ts';
import { consoleSubscription, readAzureSettings } from '../../backends/azure/settings.ts';
import { loadStandIns } from '../../backends/stand-ins.ts';
import { runStandIn } from '../run-stand-in.ts';

await runStandIn('stand-ins', async () => {
  const { cosmos, serviceBus, administration, database, topic } = readAzureSettings(process.env);
  const shapes = functionShapes(process.env);
  const { startCloud } = await loadStandIns.azure();
  const cloud = await startCloud({
    cosmosPort: portIn(cosmos),
    serviceBusPort: portIn(serviceBus),
    administrationPort: Number(new URL(administration).port),
    dataDir: join(process.env.DATA_DIR ?? '', 'cloud'),
    database,
    topic,
    tables: shapes.flatMap(({ tables }) => tables),
    consumers: shapes.flatMap(({ consumers }) => consumers),
    listener: consoleSubscription,
  });
  return cloud.stop;
});

function portIn(connection: object): number {
  const [, port] = /:(\d+)[/;]/.exec(Object.values(connection).join()) ?? [];
  return Number(port);
}
