import { Command } from 'commander';
import type { CloudName } from '../../components/config/names.ts';
import { cloudOf } from '../clouds.ts';
import { shown } from '../fixable.ts';
import { run } from '../run.ts';
import { platformConfigOf, readStackConfig } from '../stack.ts';
import { type StackOption, stackOption } from '../stack-option.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import type { CloudCost } from './estimate.ts';
import { regionsOf, reportOf } from './report.ts';

const costs: Readonly<Record<CloudName, CloudCost>> = { aws, azure };

interface CostOptions extends StackOption {
  readonly profile?: string;
  readonly sources: boolean;
}

const command = new Command('cost')
  .description('Reckons what a stack costs by the hour and the month, and by use, from its configuration')
  .addOption(stackOption())
  .option('--profile <name>', 'as if the stack had this profile')
  .option('--sources', 'where each price is from, and of when', false)
  .addHelpText(
    'after',
    '\nList prices without tax and without what a new account has for free. It asks no cloud.',
  )
  .action(async ({ stack, profile, sources }: CostOptions) => {
    const given = await readStackConfig(run, stack);
    const values = profile === undefined ? given.values : { ...given.values, profile };
    const cost = costs[cloudOf(stack, values.cloud)];
    const config = platformConfigOf(stack, { values });
    const lines = cost.lines(config);
    console.log(`${stack}: ${config.cloud}, ${config.region}, ${config.profile}`);
    for (const line of reportOf(lines, cost.uses(config), sources)) console.log(line);
    const elsewhere = regionsOf(lines, config.region);
    if (elsewhere !== undefined) console.log(elsewhere);
  });

await command.parseAsync().catch((error: unknown) => {
  console.error(shown(error));
  process.exitCode = 1;
});
