import { findPulumi, howToGetPulumi, installPulumi, type PulumiCli } from '../../../stand-ins/pulumi/cli.ts';
import { type Simulation, simulate } from '../../../stand-ins/pulumi/simulation.ts';
import { SimulatedCloud } from '../../../stand-ins/pulumi/simulator/cloud.ts';
import { type Case, casesOf, type Life } from '../cases.ts';
import { nodeModules } from './program.ts';
import { Stack } from './stack.ts';
import type { Subject } from './subject.ts';

/** The CLI of this machine: from PATH, or what was installed or built before, or the official installer's. */
export async function pulumiCli(): Promise<PulumiCli | undefined> {
  const found = await findPulumi();
  if (found) return found;
  try {
    await installPulumi();
  } catch {
    return undefined;
  }
  return findPulumi();
}

/** A suite that needs the CLI; without one it is skipped, and its title says how to have it run. */
export async function describeEngine(
  title: string,
  suite: (this: Mocha.Suite, cli: PulumiCli) => void,
): Promise<void> {
  const cli = await theCli;
  if (cli)
    describe(title, function () {
      // One run of the CLI takes 1 to 6 seconds, and many times that on a machine where everything runs at once.
      this.timeout(500_000);
      suite.call(this, cli);
    });
  else
    describe.skip(`${title} (there is no pulumi: ${howToGetPulumi})`, () =>
      it('under the real engine', () => {}));
}

const theCli = pulumiCli();

export interface Begun extends Life {
  readonly simulation: Simulation;
  end(): void;
}

export async function begin(cli: PulumiCli, subject: Subject): Promise<Begun> {
  const cloud = new SimulatedCloud(subject.program);
  const simulation = await simulate(nodeModules, subject.packages, cloud);
  const stack = await Stack.open({ ...subject, cli, simulation });
  const afterwards: (() => void)[] = [];
  const end = () => {
    for (const put of afterwards) put();
    simulation.stop();
    stack.close();
  };
  return { subject, stack, cloud, simulation, said: [], afterwards, end };
}

/** The life of one stack as mocha tests; after the first that fails the rest would only repeat it. */
export function describeLife(
  title: string,
  cli: PulumiCli,
  subject: Subject,
  cases: readonly Case[] = casesOf(subject),
): void {
  describe(title, function () {
    this.bail(true);
    let life: Begun | undefined;
    before(async () => {
      life = await begin(cli, subject);
    });
    after(() => life?.end());
    for (const { title: name, run } of cases)
      it(name, async () => {
        if (life) await run(life);
      });
  });
}

/** The title of the first of these cases that fails; those after it are not run, for they build on it. */
export async function firstFailure(
  cli: PulumiCli,
  subject: Subject,
  cases: readonly Case[],
): Promise<string | undefined> {
  const life = await begin(cli, subject);
  try {
    for (const { title, run } of cases) {
      try {
        await run(life);
      } catch {
        return title;
      }
    }
    return undefined;
  } finally {
    life.end();
  }
}
