import { loadStandIns } from '../../backends/stand-ins.ts';
import { runStandIn } from '../run-stand-in.ts';

/** One function app from its bundle, under a host of its own that calls it as Azure Functions does. */
const name = process.env.FUNCTION ?? '';

await runStandIn(name, async (logger) => {
  const bundle = new URL(`../../../dist/azure/${name}/main.mjs`, import.meta.url);
  const { startFunctionsHost } = await loadStandIns.functions();
  const host = await startFunctionsHost({
    register: () => import(bundle.href),
    settings: process.env as Record<string, string>,
    port: Number(process.env.PORT),
    answersReady: true,
    report: (error) => logger.warn({ err: error }, 'the host of the function reports'),
  });
  logger.info({ address: { port: Number(process.env.PORT) } }, 'listening');
  return host.stop;
});
