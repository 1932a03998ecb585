import { delimiter, join } from 'node:path';
import { FixableError } from '../fixable.ts';
import { type Answer, MissingProgramError, type Run } from '../run.ts';
import { askPulumi, installPulumi } from '../stack.ts';
import { isAtLeast, versionIn } from '../version.ts';
import { type Check, type Finding, failed, needed, ok, warning } from './check.ts';

/** The major version that the SDK in the lock file is for. */
const pulumiMajor = [3];
/** @pulumi/pulumi, engines. */
const oldestNode = [22];

const installNode = 'https://nodejs.org/en/download';
const installDocker = 'https://docs.docker.com/engine/install/';

/** What must be there, whatever the cloud. */
export function machineChecks(run: Run): readonly Check[] {
  return [
    {
      title: 'Pulumi CLI',
      run: () => needed(async () => judgePulumi(await answerOf(run, 'pulumi', ['version'], installPulumi))),
    },
    {
      title: 'Node for Pulumi',
      run: () => needed(async () => judgeNode(await answerOf(run, 'node', ['--version'], installNode))),
    },
    {
      title: 'Docker',
      run: () =>
        needed(async () =>
          judgeDocker(
            await answerOf(run, 'docker', ['version', '--format', '{{.Server.Version}}'], installDocker),
          ),
        ),
    },
    {
      title: 'Docker buildx',
      run: () =>
        needed(async () => judgeBuildx(await answerOf(run, 'docker', ['buildx', 'version'], installDocker))),
    },
  ];
}

/** Who is logged in where. */
export function backendCheck(run: Run): Check {
  return {
    title: 'Pulumi backend',
    run: () =>
      needed(async () => {
        const { user, url } = (await askPulumi(run, ['whoami', '--json'])) as { user: string; url: string };
        return ok(`${user} at ${url}`);
      }),
  };
}

export function judgePulumi({ stdout }: Answer): Finding {
  const version = versionIn(stdout);
  if (version[0] === pulumiMajor[0]) return ok(version.join('.'));
  return isAtLeast(version, pulumiMajor)
    ? warning(`${version.join('.')} is newer than the SDK of the lock file, which is for ${pulumiMajor[0]}`)
    : failed(`${stdout.trim()} is too old: it must be ${pulumiMajor[0]}`, installPulumi);
}

export function judgeNode({ stdout }: Answer): Finding {
  const version = versionIn(stdout);
  return isAtLeast(version, oldestNode)
    ? ok(version.join('.'))
    : failed(`${stdout.trim()} is too old: it must be ${oldestNode[0]} or newer`, installNode);
}

export function judgeDocker({ ok: answers, stdout, stderr }: Answer): Finding {
  return answers
    ? ok(`engine ${stdout.trim()}`)
    : failed(
        `the engine does not answer: ${lastLineOf(stderr)}`,
        'start Docker, and see that `docker version` names a server',
      );
}

export function judgeBuildx({ ok: answers, stdout, stderr }: Answer): Finding {
  return answers
    ? ok(versionIn(stdout).join('.'))
    : failed(`there is no buildx: ${lastLineOf(stderr)}`, 'https://docs.docker.com/build/install-buildx/');
}

const lastLineOf = (text: string) => text.trim().split('\n').at(-1) ?? '';

/** npm puts the project's own programs first on PATH; whoever runs Pulumi by hand has others. */
export function pathWithoutProject(path: string, project: string): string {
  const own = join(project, 'node_modules', '.bin');
  return path
    .split(delimiter)
    .filter((folder) => folder !== own)
    .join(delimiter);
}

async function answerOf(
  run: Run,
  program: string,
  args: readonly string[],
  install: string,
): Promise<Answer> {
  try {
    return await run(program, args);
  } catch (error) {
    if (error instanceof MissingProgramError)
      throw new FixableError(`${program} is not there`, install, { cause: error });
    throw error;
  }
}
