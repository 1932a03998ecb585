import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { main } from '../../../local/supervisor/main.ts';

/** The real supervisor and a real PostgreSQL, with small children in place of the shop's. */
const script = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));

await main({
  processes: [
    { name: 'gateway', file: script('gateway'), needs: [], listensOn: 'gateway', stopStage: 1 },
    { name: 'worker', file: script('worker'), needs: ['shop'], listensOn: 'functions', stopStage: 2 },
    { name: 'console', file: script('console'), needs: [], listensOn: 'console', stopStage: 3 },
  ],
  seed: async ({ gatewayUrl, token }) => {
    const { STAND_IN_SEED_LOG, STAND_IN_SEED_MS = '0' } = process.env;
    if (STAND_IN_SEED_LOG) appendFileSync(STAND_IN_SEED_LOG, `${gatewayUrl} ${token}\n`);
    await sleep(Number(STAND_IN_SEED_MS));
  },
});
