/** `npm run bench`: runs benchmarks one after the other and, on demand, writes docs/benchmarks.md. */
import { fileURLToPath } from 'node:url';
import { Argument, Command, Option } from 'commander';
import { benchBackends } from './backends.ts';
import { benchCatalogue } from './catalogue.ts';
import { benchColdStart } from './cold-start.ts';
import { benchGateway } from './gateway.ts';
import { benchGrowth } from './growth.ts';
import { benchOrders } from './orders.ts';
import { benchPreview } from './preview.ts';
import { benchStart } from './start.ts';
import { writeSections } from './support/document.ts';
import { busyLoad, describeMachine, type Machine } from './support/machine.ts';
import { print, type Report } from './support/report.ts';

interface Benchmark {
  readonly full: () => Promise<Report>;
  readonly quick: () => Promise<Report>;
}

const benchmarks: Readonly<Record<string, Benchmark>> = {
  orders: { full: () => benchOrders(), quick: () => benchOrders({ rounds: 1, seconds: 3 }) },
  catalogue: { full: () => benchCatalogue(), quick: () => benchCatalogue({ rounds: 1, seconds: 2 }) },
  gateway: { full: () => benchGateway(), quick: () => benchGateway({ rounds: 1, seconds: 2 }) },
  start: { full: () => benchStart(), quick: () => benchStart({ rounds: 1 }) },
  backends: { full: () => benchBackends(), quick: () => benchBackends({ rounds: 1, orders: 40 }) },
  'cold-start': { full: () => benchColdStart(), quick: () => benchColdStart({ rounds: 3 }) },
  preview: { full: () => benchPreview(), quick: () => benchPreview({ rounds: 2 }) },
  growth: {
    full: () => benchGrowth(),
    quick: () =>
      benchGrowth({
        products: { small: 1_000, large: 20_000 },
        orders: { small: 1_000, large: 20_000 },
        turns: 40,
      }),
  },
};
const allNames = Object.keys(benchmarks);

const document = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));

async function main(names: readonly string[], { quick, write }: { quick?: boolean; write?: boolean }) {
  const machine = await describeMachine();
  console.log(machine.facts.join('\n'));
  console.log(`load average at the start: ${machine.load.toFixed(2)}`);
  if (machine.load > busyLoad) {
    console.log(`WARNING: this machine is busy (above ${busyLoad}): times and rates mean little now`);
  }
  if (quick)
    console.log('QUICK: fewer rounds and smaller tables; for trying the benchmarks, not for figures');

  const sections = new Map<string, string>();
  for (const name of allNames.filter((known) => names.includes(known))) {
    const began = performance.now();
    try {
      const report = await benchmarks[name]?.[quick ? 'quick' : 'full']();
      if (!report) continue;
      print(report);
      console.log(`  (took ${((performance.now() - began) / 1000).toFixed(0)} s)`);
      sections.set(name, sectionOf(name, report, machine));
    } catch (error) {
      console.error(`\n${name} failed:`, error);
      process.exitCode = 1;
    }
  }
  if (write && sections.size > 0) {
    await writeSections(document, sections, allNames);
    console.log(`\nwritten: ${document}`);
  }
}

function sectionOf(name: string, report: Report, { facts, load }: Machine): string {
  const date = new Date().toISOString().slice(0, 10);
  const busy = load > busyLoad ? ' (busy: times and rates mean little)' : '';
  return `
\`npm run bench -- ${name}\` on ${date}. ${facts.join('; ')}; load average at the start ${load.toFixed(2)}${busy}.

\`\`\`
${[report.name, ...report.lines].join('\n').trim()}
\`\`\`
`;
}

await new Command('npm run bench --')
  .description('Measures the shop, mostly as ratios to something simple in the same run.')
  .addArgument(new Argument('[names...]', 'which ones').choices(allNames).default(allNames, 'all of them'))
  .option('--quick', 'fewer rounds and smaller tables: to try the benchmarks')
  .addOption(new Option('--write', 'puts the figures into docs/benchmarks.md').conflicts('quick'))
  .action(main)
  .parseAsync();
