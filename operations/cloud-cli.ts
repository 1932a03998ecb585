import type { CloudName } from '../components/config/names.ts';
import { FixableError } from './fixable.ts';
import { type Answer, MissingProgramError, type Run } from './run.ts';

/** A cloud's own command line: whoever runs the stack has it, for the kubeconfig asks it for tokens. */
export interface CloudCli {
  readonly program: string;
  readonly install: string;
  /** What makes it answer in JSON. */
  readonly json: readonly string[];
  /** By what it says when it knows nobody, and what to do then. */
  readonly refusals: readonly (readonly [RegExp, string])[];
}

export const clis: Readonly<Record<CloudName, CloudCli>> = {
  aws: {
    program: 'aws',
    install: 'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html',
    json: ['--output', 'json'],
    refusals: [
      [
        /Unable to locate credentials|could not be found.*profile|config profile .* could not be found/i,
        'aws configure',
      ],
      [
        /Token has expired|SSO session|ExpiredToken|token included in the request is expired/i,
        'aws sso login',
      ],
      [/InvalidClientTokenId|SignatureDoesNotMatch|AuthFailure|UnrecognizedClient/, 'aws configure'],
    ],
  },
  azure: {
    program: 'az',
    install: 'https://learn.microsoft.com/cli/azure/install-azure-cli',
    json: ['--output', 'json', '--only-show-errors'],
    refusals: [[/az login|AADSTS\d+|No subscription found/, 'az login']],
  },
};

/** Asks the cloud's CLI. */
export type Ask = (...args: readonly string[]) => Promise<unknown>;

/** @returns what asks, and throws a FixableError with what the CLI refused with */
export function asker(run: Run, cloud: CloudName): Ask {
  const { program, install, json, refusals } = clis[cloud];
  return async (...args) => {
    const answer = await run(program, [...args, ...json], { timeoutMs: 60_000 }).catch((error: Error) => {
      if (error instanceof MissingProgramError)
        throw new FixableError(`${program} is not there`, install, { cause: error });
      throw error;
    });
    if (!answer.ok) throw refusalOf(answer, `${program} ${args.join(' ')}`, refusals);
    return answer.stdout.trim() === '' ? undefined : JSON.parse(answer.stdout);
  };
}

function refusalOf(
  { stdout, stderr }: Answer,
  command: string,
  refusals: CloudCli['refusals'],
): FixableError {
  const said = stderr.trim() || stdout.trim();
  const fix = refusals.find(([pattern]) => pattern.test(said))?.[1];
  return new FixableError(firstLineOf(said), fix ?? `see what \`${command}\` says`);
}

/** Both CLIs say the one thing in the first line, and help in those below it. */
const firstLineOf = (text: string) => text.split('\n')[0]?.replace(/^(ERROR|aws: \[ERROR\]): /, '') ?? '';
