import { Command } from 'commander';
import type { DeadLetter, DeadLetters } from '../../runtime/ports/event-bus.ts';
import { openRunningShop } from '../runtime-file.ts';
import { type OnOption, onOption, readRunningShop } from './running-shop.ts';

const most = 1_000;

async function onLetters(work: (letters: DeadLetters) => Promise<void>): Promise<void> {
  const shop = await openRunningShop(await readRunningShop(command.opts<OnOption>()), 'dlq');
  try {
    await work(shop.deadLetters);
  } finally {
    await shop.close();
  }
}

const unknown = (id: string) =>
  new Error(`there is no dead letter ${id}: \`npm run dlq -- list\` shows those that there are`);

function describe({ id, consumer, event, attempts, reason, at }: DeadLetter): string {
  return `${id}  ${at}  ${consumer}  ${event.type} ${event.subject}  after ${attempts} tries: ${reason}`;
}

const command = new Command('dlq')
  .description('The messages that the running shop has given up')
  .addOption(onOption());

command
  .command('list')
  .description('one line a message, the newest first')
  .action(() =>
    onLetters(async (letters) => {
      const found = await letters.list(most);
      for (const letter of found) console.log(describe(letter));
      console.log(found.length === most ? `the newest ${most}` : `${found.length} dead letters`);
    }),
  );

command
  .command('show <id>')
  .description('the message as it was published, and why it was given up')
  .action((id: string) =>
    onLetters(async (letters) => {
      const letter = (await letters.list(most)).find((each) => each.id === id);
      if (!letter) throw unknown(id);
      console.log(JSON.stringify(letter, null, 2));
    }),
  );

command
  .command('redrive <id>')
  .description('gives the message to its consumer again: mend the cause first')
  .action((id: string) =>
    onLetters(async (letters) => {
      if (!(await letters.redrive(id))) throw unknown(id);
      console.log(`${id} is on its way again`);
    }),
  );

command
  .command('purge <id>')
  .description('forgets the message')
  .action((id: string) =>
    onLetters(async (letters) => {
      if (!(await letters.purge(id))) throw unknown(id);
      console.log(`${id} is forgotten`);
    }),
  );

await command.parseAsync().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
