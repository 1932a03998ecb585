/** Programs that answer as the real ones do, as far as a test says: shell scripts in a folder that is all of PATH. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../..', import.meta.url));

/** To arguments that begin so: what it writes, and where it fails. */
export type Answers = Readonly<Record<string, object | string | { readonly refuses: string }>>;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const refusal = (answer: Answers[string]): string | undefined =>
  typeof answer === 'object' && 'refuses' in answer ? String(answer.refuses) : undefined;

/** Runs a command of the project with these programs and no others. */
export async function runWith(
  programs: Readonly<Record<string, Answers>>,
  args: readonly string[],
): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'stubs-'));
  try {
    for (const [program, answers] of Object.entries(programs))
      writeFileSync(join(folder, program), scriptOf(answers), { mode: 0o755 });
    return await ran(args, { PATH: folder, HOME: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function scriptOf(answers: Answers): string {
  const cases = Object.entries(answers).map(([begin, answer]) => {
    const refused = refusal(answer);
    const text = refused ?? (typeof answer === 'string' ? answer : JSON.stringify(answer));
    const quoted = `'${text.replaceAll("'", `'\\''`)}'`;
    return `${JSON.stringify(begin)}*) printf '%s\\n' ${quoted} ${refused === undefined ? '; exit 0' : '>&2; exit 254'} ;;`;
  });
  return `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\nesac\necho "nobody taught me: $*" >&2\nexit 2\n`;
}

function ran(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    child.on('error', fail);
    child.on('close', (code) => done({ code, ...output }));
  });
}
