import { Command } from 'commander';
import { openRunningShop } from '../runtime-file.ts';
import { summaryOf, verifyShop } from '../verify/verify.ts';
import { type OnOption, onOption, readRunningShop } from './running-shop.ts';

const command = new Command('verify')
  .description('Checks on the running shop what must always hold: states, stock, money, events')
  .option('--wait <seconds>', 'how long orders on their way may take to come to rest', '30')
  .addOption(onOption())
  .action(async ({ wait, ...options }: OnOption & { wait: string }) => {
    const info = await readRunningShop(options);
    const shop = await openRunningShop(info, 'verify');
    const { facts, findings } = await verifyShop(shop, Number(wait) * 1000);
    console.log(`on        ${info.on}`);
    console.log(summaryOf(facts));
    for (const { invariant, problem } of findings.slice(0, 50))
      console.log(`✘ invariant ${invariant}: ${problem}`);
    if (findings.length > 50) console.log(`… and ${findings.length - 50} more`);
    console.log(findings.length === 0 ? '✔ everything holds' : `${findings.length} findings`);
    process.exitCode = findings.length === 0 ? 0 : 1;
  });

await command.parseAsync().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
