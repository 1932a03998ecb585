import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { shown } from '../fixable.ts';
import { createRun, run } from '../run.ts';
import { type StackOption, stackOption } from '../stack-option.ts';
import type { Looked } from './check.ts';
import { examine } from './doctor.ts';
import { pathWithoutProject } from './machine.ts';

const signs = { ok: '✔', warning: '!', failed: '✘' };
const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

const command = new Command('doctor')
  .description(
    'Looks, before `pulumi up`, at all that it needs: programs, credentials, quotas, versions, names',
  )
  .addOption(stackOption())
  .addHelpText('after', '\nNothing is made or changed. The exit code is 1 when something failed.')
  .action(async ({ stack }: StackOption) => {
    const path = pathWithoutProject(process.env.PATH ?? '', projectFolder);
    const shell = createRun({ ...process.env, PATH: path });
    const progress = createProgress();
    const today = new Date().toISOString().slice(0, 10);
    const looked = await examine({ run, shell, stack, today }, progress);
    progress.clear();
    for (const one of looked) console.log(lineOf(one));
    const count = (status: string) => looked.filter(({ finding }) => finding.status === status).length;
    console.log(`${count('ok')} ok, ${count('warning')} warnings, ${count('failed')} failed`);
    if (count('failed') > 0) process.exitCode = 1;
  });

function lineOf({ title, finding }: Looked): string {
  const line = `${signs[finding.status]} ${title}: ${finding.what}`;
  return finding.status !== 'ok' && finding.fix !== undefined ? `${line}\n    → ${finding.fix}` : line;
}

/** What is still being looked at, on a terminal. */
function createProgress() {
  const open = new Set<string>();
  const write = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  };
  const show = () => write([...open].join(', ').slice(0, (process.stderr.columns ?? 80) - 1));
  return {
    begun: (titles: readonly string[]) => {
      for (const title of titles) open.add(title);
      show();
    },
    found: ({ title }: Looked) => {
      open.delete(title);
      show();
    },
    clear: () => write(''),
  };
}

await command.parseAsync().catch((error: unknown) => {
  console.error(shown(error));
  process.exitCode = 1;
});
