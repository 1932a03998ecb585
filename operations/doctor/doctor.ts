import type { CloudName } from '../../components/config/names.ts';
import { PlatformConfigError } from '../../components/config/problem.ts';
import { createNaming } from '../../components/naming.ts';
import { createTags } from '../../components/tags.ts';
import { type Ask, asker, clis } from '../cloud-cli.ts';
import { cloudOf } from '../clouds.ts';
import { FixableError } from '../fixable.ts';
import { looksOf } from '../orphans/looks.ts';
import { findLeft } from '../orphans/orphan.ts';
import { MissingProgramError, type Run } from '../run.ts';
import { platformConfigOf, project, readStackConfig } from '../stack.ts';
import { readKnown } from '../state.ts';
import { versionIn } from '../version.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { type Check, type Finding, failed, type Looked, lookAt, needed, ok, warning } from './check.ts';
import { backendCheck, machineChecks } from './machine.ts';
import type { CloudChecks, Subject } from './subject.ts';

const checksOf: Readonly<Record<CloudName, CloudChecks>> = { aws, azure };

export interface Watch {
  /** More checks have begun. */
  begun(titles: readonly string[]): void;
  found(looked: Looked): void;
}

/**
 * All that can be known before an `up`, in three rounds: the machine and the stack; who is there; the account. A round
 * is not begun where it could only fail for the reason that the one before it gave.
 */
export async function examine(
  { run, shell, stack, today }: { run: Run; shell: Run; stack: string; today: string },
  watch: Watch,
): Promise<readonly Looked[]> {
  const round = (checks: readonly Check[]) => {
    watch.begun(checks.map(({ title }) => title));
    return lookAt(checks, watch.found);
  };
  let subject: Subject | undefined;
  const configuration: Check = {
    title: 'Configuration',
    run: () =>
      needed(async () => {
        subject = await subjectOf(run, stack, today);
        const { cloud, region, profile } = subject.config;
        return ok(`${cloud}, ${region}, ${profile}`);
      }),
  };
  const first = await round([...machineChecks(shell), backendCheck(run), configuration]);
  if (!subject) return first;
  const cloud = cloudOf(stack, subject.config.cloud);
  const { tools, credentials, account } = checksOf[cloud];
  const ask = asker(run, cloud);
  const second = await round([cliCheck(run, cloud), ...tools(run, subject), credentials(ask)]);
  if (second.at(-1)?.finding.status === 'failed') return [...first, ...second];
  const left = leftCheck(run, cloud, subject, ask);
  return [...first, ...second, ...(await round([...account(ask, subject), left]))];
}

async function subjectOf(run: Run, stack: string, today: string): Promise<Subject> {
  const given = await readStackConfig(run, stack);
  cloudOf(stack, given.values.cloud);
  try {
    return {
      stack,
      today,
      config: platformConfigOf(stack, given),
      cost: createTags(project, stack)('').cost,
      prefix: createNaming(project, stack).prefix,
    };
  } catch (error) {
    if (!(error instanceof PlatformConfigError)) throw error;
    const said = error.problems.map(
      ({ key, value, allowed }) => `${key} is ${value ?? 'not set'}; allowed: ${allowed}`,
    );
    throw new FixableError(said.join('. '), error.problems.map(({ fix }) => fix).join(' && '));
  }
}

/** A stack that went before, under the same names: what it left may be in the way. */
function leftCheck(run: Run, cloud: CloudName, { stack, cost, prefix, config }: Subject, ask: Ask): Check {
  return {
    title: 'Left from before',
    run: async () => {
      const owner = { cost, prefix, region: config.region };
      const { orphans, unseen } = await findLeft(looksOf[cloud], ask, owner, await readKnown(run, stack));
      if (orphans.length > 0)
        return warning(
          `${orphans.length} that the state does not know, such as ${orphans[0]?.id}`,
          `npm run orphans -- --stack ${stack}`,
        );
      return unseen.length > 0 ? warning(`not all could be looked at: ${unseen.join('; ')}`) : ok('nothing');
    },
  };
}

function cliCheck(run: Run, cloud: CloudName): Check {
  const { program, install } = clis[cloud];
  return {
    title: `${program} CLI`,
    run: async (): Promise<Finding> => {
      try {
        const { stdout, stderr } = await run(program, ['--version']);
        // The old AWS CLI wrote its version as an error.
        return ok(versionIn(stdout || stderr).join('.'));
      } catch (error) {
        if (error instanceof MissingProgramError) return failed(`${program} is not there`, install);
        throw error;
      }
    },
  };
}
