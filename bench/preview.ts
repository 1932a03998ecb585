/**
 * `pulumi preview` of the whole stack, from nothing, under the real engine and on simulated clouds, against a flat
 * program that registers the same resources with their inputs written out: what the neutral component, its
 * configuration and its bundles cost beside the engine and the SDKs. In turns, with the bundles built before, as at
 * any preview but the first. It says nothing of a real cloud's own time.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { howToGetPulumi, type PulumiCli } from '../stand-ins/pulumi/cli.ts';
import { aws } from '../tests/engine/aws-subject.ts';
import { azure } from '../tests/engine/azure-subject.ts';
import { type ShopOnCloud, shopSubject } from '../tests/engine/shop-subject.ts';
import { begin, pulumiCli } from '../tests/engine/support/life.ts';
import { projectFolder } from '../tests/engine/support/program.ts';
import { Stack } from '../tests/engine/support/stack.ts';
import type { State } from '../tests/engine/support/state.ts';
import { flatProgram } from './preview/flat-program.ts';
import { type Closing, withClosing } from './support/closing.ts';
import { print, type Report } from './support/report.ts';
import { median, round } from './support/statistics.ts';

export interface PreviewOptions {
  /** Previews of each. @default 7 */
  readonly rounds?: number;
}

/** The goals: as a part of the flat program's time, and in seconds. */
const goal = { ratio: 1.3, seconds: 5 };

export function benchPreview({ rounds = 7 }: PreviewOptions = {}): Promise<Report> {
  return withClosing(async (closing) => {
    const cli = await pulumiCli();
    if (!cli) throw new Error(`there is no pulumi: ${howToGetPulumi}`);
    const lines: string[] = [];
    for (const cloud of [aws, azure]) lines.push(...(await measure(cli, cloud, rounds, closing)));
    return {
      name: 'preview: a whole stack, profile learn, from nothing',
      lines: [
        ...lines,
        `goals: about ${goal.seconds} s, at most ${goal.ratio}; median of ${rounds} rounds in turns`,
      ],
    };
  });
}

async function measure(
  cli: PulumiCli,
  cloud: ShopOnCloud,
  rounds: number,
  closing: Closing,
): Promise<string[]> {
  const { policyPack, ...subject } = shopSubject(cloud, projectFolder, 'learn');
  const { stack, simulation, end } = await begin(cli, subject);
  closing.push(end);
  const preview = async (one: Stack) => {
    const { ok, seconds, output } = await one.preview();
    if (!ok) throw new Error(output);
    return seconds;
  };
  await preview(stack);
  const { ok, output } = await stack.up();
  if (!ok) throw new Error(output);
  const exported = await stack.command('stack', 'export', '--show-secrets');
  const { resources = [] } = (JSON.parse(exported) as { deployment: State }).deployment;

  const program = flatFolder(flatProgram(resources));
  closing.push(() => rmSync(program, { recursive: true, force: true }));
  // Both in the same cloud, and of states that know nothing of what is there.
  const flat = await Stack.open({ cli, simulation, program, stack: 'flat' });
  closing.push(() => flat.close());
  const { config = {} } = subject;
  const shop = await Stack.open({ cli, simulation, program: projectFolder, stack: cloud.stack, config });
  closing.push(() => shop.close());

  const times = { shop: [] as number[], flat: [] as number[] };
  for (let n = 0; n < rounds; n += 1) {
    times.shop.push(await preview(shop));
    times.flat.push(await preview(flat));
  }
  const [ours, reference] = [median(times.shop), median(times.flat)];
  const count = resources.filter(({ custom }) => custom).length;
  return [
    `${cloud.stack.padEnd(6)}${round(ours, 1)} s for ${count} resources; written out flat ${round(reference, 1)} s: ${round(ours / reference, 2)}`,
  ];
}

/** A program of its own within the project, so that it finds the same packages. */
function flatFolder(program: string): string {
  mkdirSync(join(projectFolder, '.tmp'), { recursive: true });
  const folder = mkdtempSync(join(projectFolder, '.tmp', 'flat-'));
  const settings = `name: flat
main: index.ts
runtime:
  name: nodejs
  options:
    typescript: false
    nodeargs: --import=@ecommerce-platform/components/typescript.mjs
`;
  writeFileSync(join(folder, 'Pulumi.yaml'), settings);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, 'index.ts'), program);
  return folder;
}

if (import.meta.main) print(await benchPreview());
