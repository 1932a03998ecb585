/**
 * `pulumi preview` of the whole stack, from nothing, under the real engine and on simulated clouds, against a flat
 * program that registers the same resources with their inputs written out: what the neutral component, its
 * configuration and its bundles cost beside the engine and the SDKs. In turns, with the bundles built before, as at
 * any preview but the first. It says nothing of a real cloud's own time.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { howToGetPulumi } from '../stand-ins/pulumi/cli.ts';
import { subjectOf } from '../tests/engine/aws-subject.ts';
import { begin, pulumiCli } from '../tests/engine/support/life.ts';
import { projectFolder } from '../tests/engine/support/program.ts';
import { Stack } from '../tests/engine/support/stack.ts';
import type { State } from '../tests/engine/support/state.ts';
import { flatProgram } from './preview/flat-program.ts';
import { withClosing } from './support/closing.ts';
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
    const { policyPack, ...subject } = subjectOf(projectFolder, 'learn');
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
    const state = JSON.parse(await stack.command('stack', 'export', '--show-secrets')) as {
      deployment: State;
    };

    const program = flatFolder(flatProgram(state.deployment.resources ?? []));
    closing.push(() => rmSync(program, { recursive: true, force: true }));
    const flat = await Stack.open({ cli, simulation, program, stack: 'flat' });
    closing.push(() => flat.close());
    // In the same cloud, but of a state that knows nothing of it.
    const shop = await Stack.open({
      cli,
      simulation,
      program: projectFolder,
      stack: subject.stack,
      config: subject.config ?? {},
    });
    closing.push(() => shop.close());

    const times = { shop: [] as number[], flat: [] as number[] };
    for (let n = 0; n < rounds; n += 1) {
      times.shop.push(await preview(shop));
      times.flat.push(await preview(flat));
    }
    const [ours, reference] = [median(times.shop), median(times.flat)];
    const count = (state.deployment.resources ?? []).filter(({ custom }) => custom).length;
    return {
      name: 'preview: the whole stack aws, profile learn, from nothing',
      lines: [
        `the program  ${round(ours, 1)} s (goal: about ${goal.seconds}), ${count} resources`,
        `flat         ${round(reference, 1)} s, the same resources written out`,
        `ratio        ${round(ours / reference, 2)} (goal: at most ${goal.ratio})`,
        `median of ${rounds} rounds in turns`,
      ],
    };
  });
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
