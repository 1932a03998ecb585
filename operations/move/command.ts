import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { summaryOf } from '../../local/verify/verify.ts';
import { checkPlace, type Verdict } from './check.ts';
import { exportShop } from './export.ts';
import { readManifest } from './folder.ts';
import { checkKinds, importShop } from './import.ts';
import { openPlace, placesThereAre } from './open-place.ts';
import type { Place } from './place.ts';

interface From {
  readonly from: string;
  /** In seconds. */
  readonly wait: number;
}

interface To {
  readonly to: string;
}

interface InFolder {
  readonly folder: string;
}

const say = (text: string) => console.log(text);

const program = new Command('move')
  .description('Moves a shop at rest to another: users, products, stock, orders and payments')
  .usage('--from <place> --to <place> [--wait <seconds>]')
  .addHelpText(
    'after',
    `\nA place is ${placesThereAre}.` +
      '\nBoth shops run; nobody may order from the first until the second has taken over. A move that broke off is' +
      '\nbegun again: what is there stays. What is written in between holds hashes of passwords.',
  );

const withFrom = (command: Command) =>
  command
    .requiredOption('--from <place>', `the shop to read: ${placesThereAre}`)
    .option('--wait <seconds>', 'how long it may take to come to rest', seconds, 30);
const withTo = (command: Command) =>
  command.requiredOption('--to <place>', 'the shop to fill, which has no products and orders yet');

withTo(withFrom(program.command('run', { isDefault: true })))
  .description('from one shop to the other')
  .action(async ({ from, to, wait }: From & To) => {
    const folder = await mkdtemp(join(tmpdir(), 'shop-move-'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        rmSync(folder, { recursive: true, force: true });
        process.exit(1);
      });
    }
    try {
      await onPlace(to, async (target) => {
        await onPlace(from, (source) => take(source, folder, wait));
        report(await importShop({ target, folder, say }));
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

withFrom(program.command('export'))
  .description('writes a shop into a folder')
  .requiredOption('--folder <path>', 'a folder, made for you alone')
  .action(({ from, wait, folder }: From & InFolder) => onPlace(from, (source) => take(source, folder, wait)));

withTo(program.command('import'))
  .description('fills a shop from a folder')
  .requiredOption('--folder <path>', 'what export wrote')
  .action(({ to, folder }: To & InFolder) =>
    onPlace(to, async (target) => report(await importShop({ target, folder, say }))),
  );

withTo(program.command('check'))
  .description('compares a shop with a folder, and changes nothing')
  .requiredOption('--folder <path>', 'what export wrote')
  .action(({ to, folder }: To & InFolder) =>
    onPlace(to, async (target) => {
      const manifest = await readManifest(folder);
      checkKinds(manifest, target);
      report(await checkPlace(target, folder, manifest));
    }),
  );

function seconds(text: string): number {
  const number = Number(text);
  if (!(number >= 0)) throw new InvalidArgumentError('It is a number of seconds.');
  return number;
}

async function onPlace(text: string, work: (place: Place) => Promise<void>): Promise<void> {
  const place = await openPlace(text);
  try {
    await work(place);
  } finally {
    await place.close();
  }
}

async function take(source: Place, folder: string, wait: number): Promise<void> {
  const facts = await exportShop({ source, folder, waitMs: wait * 1000, say });
  say(`read ${source.name}, at rest, into ${folder}: it holds hashes of passwords`);
  say(summaryOf(facts));
}

function report({ comparisons, facts, problems }: Verdict): void {
  say(summaryOf(facts));
  for (const { name, moved, there } of comparisons)
    if (there > moved) say(`${name.padEnd(17)} ${there - moved} more than were moved`);
  for (const problem of problems.slice(0, 50)) say(`✘ ${problem}`);
  if (problems.length > 50) say(`… and ${problems.length - 50} more`);
  say(
    problems.length === 0
      ? '✔ all that was moved is there as it was, and everything holds'
      : `${problems.length} problems`,
  );
  if (problems.length > 0) process.exitCode = 1;
}

await program.parseAsync().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
