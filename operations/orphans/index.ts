import { Command } from 'commander';
import { createNaming } from '../../components/naming.ts';
import { createTags } from '../../components/tags.ts';
import { asker } from '../cloud-cli.ts';
import { cloudOf } from '../clouds.ts';
import { shown } from '../fixable.ts';
import { run } from '../run.ts';
import { platformConfigOf, project, readStackConfig } from '../stack.ts';
import { type StackOption, stackOption } from '../stack-option.ts';
import { readKnown } from '../state.ts';
import { looksOf } from './looks.ts';
import { findLeft } from './orphan.ts';

const command = new Command('orphans')
  .description('Lists what is in the cloud of a stack, by its tags and names, and its state does not know')
  .addOption(stackOption())
  .addHelpText(
    'after',
    '\nNothing is deleted. After `pulumi destroy` it should list nothing. The exit code is 1 when something is left, or\n' +
      'could not be looked at.',
  )
  .action(async ({ stack }: StackOption) => {
    const given = await readStackConfig(run, stack);
    const cloud = cloudOf(stack, given.values.cloud);
    const { region } = platformConfigOf(stack, given);
    const owner = {
      cost: createTags(project, stack)('').cost,
      prefix: createNaming(project, stack).prefix,
      region,
    };
    const known = await readKnown(run, stack);
    const { orphans, unseen } = await findLeft(looksOf[cloud], asker(run, cloud), owner, known);
    for (const { what, id, remove } of orphans) console.log(`${what}: ${id}\n    → ${remove}`);
    for (const why of unseen) console.log(`! could not be looked at, ${why}`);
    console.log(summaryOf(stack, orphans.length, unseen.length));
    if (orphans.length + unseen.length > 0) process.exitCode = 1;
  });

function summaryOf(stack: string, left: number, unseen: number): string {
  if (left > 0) return `${left} left of ${stack}`;
  return unseen > 0
    ? `what is left of ${stack} is not known`
    : `nothing is left of ${stack}, as far as is told`;
}

await command.parseAsync().catch((error: unknown) => {
  console.error(shown(error));
  process.exitCode = 1;
});
