import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PulumiCli } from '../../../stand-ins/pulumi/cli.ts';
import type { Simulation } from '../../../stand-ins/pulumi/simulation.ts';
import { type Account, readAccount } from './events.ts';
import type { State } from './state.ts';

export interface StackOptions {
  readonly cli: PulumiCli;
  readonly simulation: Simulation;
  /** The folder with Pulumi.yaml. It is only read. */
  readonly program: string;
  readonly stack: string;
  /** Over what `Pulumi.<stack>.yaml` of the program says; `project:key` or `key`. */
  readonly config?: Readonly<Record<string, string>>;
  /** The folder whose state it is kept in, for several stacks in one; a new one by default. */
  readonly backend?: string;
  readonly policyPack?: string | undefined;
}

export interface Outcome extends Account {
  readonly ok: boolean;
  /** What the user saw, colours taken off. */
  readonly output: string;
  readonly seconds: number;
}

export interface OperationOptions {
  /** It fails if anything would change. */
  readonly expectNoChanges?: boolean;
  readonly refresh?: boolean;
  /** Another copy of the program, as on somebody else's machine. */
  readonly from?: string;
}

/** The longest that one run of the CLI may take. */
const deadlineMs = 240_000;

/**
 * One stack under the real CLI, as a user runs it: state in a folder, secrets by a passphrase, a PULUMI_HOME of its
 * own. Nothing of it is written into the program's folder.
 */
export class Stack {
  readonly folder: string;
  readonly name: string;
  readonly #options: StackOptions;
  readonly #configFile: string;
  readonly #env: NodeJS.ProcessEnv;
  #operations = 0;

  private constructor(options: StackOptions) {
    this.#options = options;
    this.name = options.stack;
    this.folder = mkdtempSync(join(tmpdir(), 'engine-'));
    this.#configFile = join(this.folder, `Pulumi.${options.stack}.yaml`);
    const { PULUMI_STACK: _, ...inherited } = process.env;
    this.#env = {
      ...inherited,
      ...options.simulation.env,
      PATH: options.cli.path,
      PULUMI_HOME: join(this.folder, 'home'),
      PULUMI_BACKEND_URL: `file://${options.backend ?? this.folder}`,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      // The state is written once, at the end of an operation, and not at each step: a destroy of 340 resources takes
      // a second instead of twenty. So a CLI that is killed is not what these tests are about.
      PULUMI_EXPERIMENTAL: 'true',
      PULUMI_SKIP_CHECKPOINTS: 'true',
      // `--event-log` is one of them.
      PULUMI_DEBUG_COMMANDS: 'true',
      NO_COLOR: '1',
    };
  }

  /** @throws Error when the CLI refuses the stack or its configuration */
  static async open(options: StackOptions): Promise<Stack> {
    const stack = new Stack(options);
    const given = join(options.program, `Pulumi.${options.stack}.yaml`);
    // The salt is that of somebody else's passphrase.
    if (existsSync(given))
      writeFileSync(stack.#configFile, readFileSync(given, 'utf8').replace(/^encryptionsalt:.*\n?/m, ''));
    // It would write the salt of the passphrase into the program's own settings.
    copyFileSync(join(options.program, 'Pulumi.yaml'), join(stack.folder, 'Pulumi.yaml'));
    await stack.command('stack', 'init', options.stack, '--cwd', stack.folder);
    await stack.configure(options.config ?? {});
    return stack;
  }

  async configure(config: Readonly<Record<string, string>>): Promise<void> {
    const settings = Object.entries(config).flatMap(([key, value]) => ['--plaintext', `${key}=${value}`]);
    if (settings.length > 0) await this.command('config', 'set-all', ...settings);
  }

  preview = (options: OperationOptions = {}) => this.#operate('preview', [], options);
  up = (options: OperationOptions = {}) => this.#operate('up', ['--yes', '--skip-preview'], options);
  refresh = (options: OperationOptions = {}) =>
    this.#operate('refresh', ['--yes', '--skip-preview'], options);
  destroy = (options: OperationOptions = {}) =>
    this.#operate('destroy', ['--yes', '--skip-preview'], options);

  /** The state as it is kept, secrets encrypted. */
  async state(): Promise<State> {
    const file = join(this.folder, 'state.json');
    await this.command('stack', 'export', '--file', file);
    return (JSON.parse(readFileSync(file, 'utf8')) as { deployment: State }).deployment;
  }

  /** The stack's outputs, secrets shown. */
  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.command('stack', 'output', '--json', '--show-secrets'));
  }

  /** Replaces the state by one that a test has changed. */
  async importState(deployment: State): Promise<void> {
    const file = join(this.folder, 'state-changed.json');
    writeFileSync(file, JSON.stringify({ version: 3, deployment }));
    await this.command('stack', 'import', '--file', file);
  }

  /** @returns what it wrote to standard output; @throws Error with all that it said when it fails */
  async command(...args: string[]): Promise<string> {
    const { code, output, standardOutput } = await this.#run(args);
    if (code !== 0) throw new Error(`pulumi ${args.join(' ')}: exit code ${code}\n${output}`);
    return standardOutput;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #operate(
    operation: 'preview' | 'up' | 'refresh' | 'destroy',
    flags: readonly string[],
    { expectNoChanges = false, refresh = false, from }: OperationOptions,
  ): Promise<Outcome> {
    const { policyPack } = this.#options;
    const log = join(this.folder, `events-${this.#operations++}.jsonl`);
    const began = performance.now();
    const args = [
      operation,
      ...flags,
      ...['--event-log', log, '--diff'],
      ...(expectNoChanges ? ['--expect-no-changes'] : []),
      ...(refresh ? ['--refresh'] : []),
      ...(policyPack !== undefined && (operation === 'preview' || operation === 'up')
        ? ['--policy-pack', policyPack]
        : []),
    ];
    const { code, output } = await this.#run(args, from);
    const account = existsSync(log)
      ? readAccount(log)
      : { steps: [], errors: [], warnings: [], violations: [] };
    return { ok: code === 0, output, seconds: (performance.now() - began) / 1000, ...account };
  }

  #run(
    args: readonly string[],
    program = this.#options.program,
  ): Promise<{ code: number; output: string; standardOutput: string }> {
    const isInit = args[1] === 'init';
    const places = isInit ? [] : ['--stack', this.name];
    if (/^(config|preview|up|refresh|destroy)$/.test(args[0] ?? ''))
      places.push('--config-file', this.#configFile);
    const child = spawn(this.#options.cli.command, [...args, ...places, '--non-interactive'], {
      cwd: program,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: deadlineMs,
    });
    let output = '';
    let standardOutput = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data;
      standardOutput += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      output += data;
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (signal !== null) output += `\nended by ${signal} after ${deadlineMs / 1000} s`;
        resolve({ code: code ?? 1, output, standardOutput });
      });
    });
  }
}

/** Not empty, or the CLI asks for one; it protects nothing but made-up secrets. */
const passphrase = 'a passphrase of tests';
