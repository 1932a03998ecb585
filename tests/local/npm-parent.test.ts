/**
 * A shop that npm started notices that npm was ended. A shell stands in for npm: like npm's own, it dies of a SIGTERM
 * without passing it on. It does not prove what a certain npm version does.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const watcher = new URL('../../local/supervisor/npm-parent.ts', import.meta.url).href;
const program = `
  import { onNpmGone } from '${watcher}';
  onNpmGone(() => { console.log('gone'); process.exit(); });
  setTimeout(() => { console.log('stayed'); process.exit(); }, 3000);
  console.log('up');`;

async function outputAfterShellEnds(env: NodeJS.ProcessEnv): Promise<string> {
  const shell: ChildProcess = spawn(
    'sh',
    ['-c', `'${process.execPath}' --input-type=module -e "$PROGRAM"; exit $?`],
    {
      env: { ...process.env, npm_lifecycle_event: undefined, ...env, PROGRAM: program },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  shell.stdout?.on('data', (data: Buffer) => {
    output += data.toString();
    if (data.toString().includes('up')) shell.kill('SIGTERM');
  });
  const deadline = Date.now() + 10_000;
  while (!/gone|stayed/.test(output) && Date.now() < deadline) await sleep(20);
  return output;
}

describe('when npm is ended', () => {
  it('what it started is told', async () => {
    assert.match(await outputAfterShellEnds({ npm_lifecycle_event: 'start' }), /gone/);
  });
  it('what was not started by npm goes on', async () => {
    assert.match(await outputAfterShellEnds({}), /stayed/);
  });
});
