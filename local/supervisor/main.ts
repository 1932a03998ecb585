import { ConfigError } from '../../runtime/config/env.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';
import { type BackendName, dataFolders } from '../backends/names.ts';
import { loadPlan } from '../backends/plan.ts';
import { withoutLibpq } from './environment.ts';
import { StartError } from './errors.ts';
import { guide } from './guide.ts';
import { onNpmGone } from './npm-parent.ts';
import { createLogSink } from './output.ts';
import type { ProcessSpec } from './processes.ts';
import type { Seed } from './seed.ts';
import { readLocalSettings } from './settings.ts';
import { type Shop, startShop } from './shop.ts';

export interface MainOptions {
  /** @default local */
  readonly on?: BackendName;
  /** @default the backend's */
  readonly processes?: readonly ProcessSpec[];
  /** @default the sample catalogue's */
  readonly seed?: Seed;
}

/** `npm start`: from the settings to the URLs, and from a signal to a clean end. */
export async function main({ on = 'local', processes, seed = seedSamples }: MainOptions = {}): Promise<void> {
  const began = performance.now();
  const output = await createLogSink(process.stdout);
  const logger = createLogger('supervisor', undefined, output);
  const say = (text: string) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(`${seconds.padStart(6)} s  ${text}\n`);
  };

  const stopping = new AbortController();
  let shop: Shop | undefined;
  // npm passes on a Ctrl-C that the terminal has sent already: it comes twice, and the second changes nothing.
  const onSignal = () => {
    if (stopping.signal.aborted) return;
    stopping.abort(new Error('stopped while starting'));
    say('stopping');
    if (shop) void end(shop);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  onNpmGone(onSignal);
  const end = async (running: Shop) => {
    await running.stop();
    say('stopped');
    process.exit();
  };
  const die = (error: unknown) => {
    process.exitCode = 1;
    logger.fatal({ err: error }, 'the supervisor cannot go on');
    onSignal();
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);

  try {
    const plan = await loadPlan(on);
    const settings = readLocalSettings(process.env, undefined, dataFolders[on]);
    shop = await startShop({
      settings,
      plan: processes ? { ...plan, processes } : plan,
      seed,
      env: withoutLibpq(process.env),
      logger,
      output,
      say,
      signal: stopping.signal,
    });
  } catch (error) {
    if (stopping.signal.aborted) {
      say('stopped');
      process.exit();
    }
    process.stderr.write(`\nThe shop did not start: ${explain(error)}\n`);
    process.exit(1);
  }
  if (stopping.signal.aborted) return end(shop);
  say('the shop is open');
  process.stdout.write(guide(shop.layout));
}

/** What a person can correct needs no stack. */
function explain(error: unknown): string {
  if (error instanceof StartError || error instanceof ConfigError) return error.message;
  return error instanceof Error && process.env.LOG_LEVEL === 'debug'
    ? `${error.stack}`
    : `${(error as Error).message}`;
}

const seedSamples: Seed = async (options) => {
  const { seedCatalogue } = await import('../../catalogue/seed.ts');
  await seedCatalogue(options);
};
