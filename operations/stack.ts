import { loadConfig, type PlatformConfig } from '../components/config/load.ts';
import { FixableError } from './fixable.ts';
import { type Answer, MissingProgramError, type Run } from './run.ts';

/** The program's name, as in Pulumi.yaml. */
export const project = 'ecommerce-platform';

/** Of a stack, as `pulumi config --json` and `pulumi stack output --json` tell it. */
export interface StackConfig {
  /** Of the project, without its name; a secret has no value. */
  readonly values: Readonly<Record<string, string | undefined>>;
}

export const installPulumi = 'curl -fsSL https://get.pulumi.com | sh';

/**
 * What the stack's configuration says, secrets left closed: neither the passphrase nor a key is needed for it.
 * @throws FixableError
 */
export async function readStackConfig(run: Run, stack: string): Promise<StackConfig> {
  const all = (await askPulumi(run, ['config', '--json'], stack)) as Record<string, { value?: string }>;
  const own = `${project}:`;
  return {
    values: Object.fromEntries(
      Object.entries(all)
        .filter(([key]) => key.startsWith(own))
        .map(([key, { value }]) => [key.slice(own.length), value]),
    ),
  };
}

/**
 * The stack's outputs; one that is secret is `[secret]`.
 * @throws FixableError, also when the stack has none for nothing stands
 */
export async function readStackOutputs(run: Run, stack: string): Promise<Readonly<Record<string, unknown>>> {
  const outputs = (await askPulumi(run, ['stack', 'output', '--json'], stack)) as Record<string, unknown>;
  if (Object.keys(outputs).length === 0)
    throw new FixableError(`the stack ${stack} has no outputs: nothing stands`, `pulumi up --stack ${stack}`);
  return outputs;
}

/**
 * The configuration as the program itself reads it. A secret that is there reads as `true`.
 * @throws PlatformConfigError with all that is wrong
 */
export function platformConfigOf(stack: string, { values }: StackConfig): PlatformConfig {
  return loadConfig<true>({
    project,
    stack,
    keys: () => Object.keys(values),
    get: (key) => values[key],
    getSecret: (key) => (key in values ? true : undefined),
  });
}

/**
 * Whatever the CLI answers in JSON, about a stack or in general.
 * @throws FixableError
 */
export async function askPulumi(run: Run, args: readonly string[], stack?: string): Promise<unknown> {
  const ofStack = stack === undefined ? [] : ['--stack', stack];
  const answer = await run('pulumi', [...args, ...ofStack, '--non-interactive'], {
    timeoutMs: 60_000,
  }).catch((error: Error) => {
    if (error instanceof MissingProgramError)
      throw new FixableError('the Pulumi CLI is not there', installPulumi, { cause: error });
    throw error;
  });
  if (!answer.ok) throw refusalOf(answer, [...args, ...ofStack], stack);
  return JSON.parse(answer.stdout);
}

/** What the CLI (3.259) refuses with, and what to do about it. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/PULUMI_ACCESS_TOKEN must be set|not logged in|credentials have been revoked/i, 'pulumi login'],
  [/no stack named '/, 'pulumi stack init STACK'],
  [/passphrase must be set|incorrect passphrase/i, 'export PULUMI_CONFIG_PASSPHRASE=…'],
  [/no Pulumi\.yaml project file found/, 'run this in the folder of the project'],
  [/unable to open state directory|read "\.pulumi\/meta\.yaml"|error checking for bucket/, 'pulumi login'],
];

function refusalOf({ stdout, stderr }: Answer, args: readonly string[], stack = ''): FixableError {
  const said = (stderr.trim() || stdout.trim()).replace(/^error: /, '');
  const fix = refusals.find(([pattern]) => pattern.test(said))?.[1];
  return new FixableError(said, fix?.replace('STACK', stack) ?? `see what \`pulumi ${args.join(' ')}\` says`);
}
