// Proves that a process whose reader has gone (its supervisor was killed) still ends when it means to, and does not
// hang on its own last words.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const logModule = new URL('../../runtime/telemetry/log.ts', import.meta.url).href;

const script = `
const { createLogger } = await import('${logModule}');
const logger = createLogger('test');
process.stdin.once('data', () => {
  logger.info('working');
  logger.fatal('ending');
  process.exit(7);
});
process.stderr.write('ready');
`;

describe('a process whose standard output is a broken pipe', () => {
  it('logs into nothing and ends', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    await once(child.stderr, 'data');
    child.stdout.destroy();
    child.stdin.write('go');
    const ended = once(child, 'exit').then(([code]) => code);
    const result = await Promise.race([ended, sleep(5_000, 'it hangs')]);
    child.kill('SIGKILL');
    assert.equal(result, 7);
  });
});
