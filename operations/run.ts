import { spawn } from 'node:child_process';

/** What a program said. */
export interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /**
   * After it the program is ended, and the run fails.
   * @default 30000
   */
  readonly timeoutMs?: number;
}

/** Runs a program of the user's; a code other than 0 is an answer, not an error. */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<Answer>;

/** There is no such program on PATH. */
export class MissingProgramError extends Error {
  override readonly name = 'MissingProgramError';

  constructor(program: string) {
    super(`${program} is not on PATH`);
  }
}

const windows = process.platform === 'win32';

/**
 * Programs that have nothing on their standard input: whoever asks gets no answer.
 * @param env of theirs, credentials included
 * @returns a run that throws MissingProgramError, or Error when the time is over
 */
export function createRun(env: NodeJS.ProcessEnv): Run {
  return (program, args, { timeoutMs = 30_000 } = {}) =>
    new Promise((done, fail) => {
      // Azure's CLI is a script on Windows, which only a shell runs there.
      const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], shell: windows });
      const output = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (text: string) => {
          output[name] += text;
        });
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        child.kill('SIGKILL');
      }, timeoutMs);
      child.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        fail(error.code === 'ENOENT' ? new MissingProgramError(program) : error);
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        if (late) fail(new Error(`${program} ${args.join(' ')} gave no answer within ${timeoutMs / 1000} s`));
        else if (windows && /is not recognized/.test(output.stderr)) fail(new MissingProgramError(program));
        else done({ ok: code === 0, ...output });
      });
    });
}

/** With the user's own environment. */
export const run: Run = createRun({ ...process.env, AWS_PAGER: '' });
