/** One setting to correct. */
export interface ConfigProblem {
  readonly key: string;
  /** As it was given; undefined when nothing was. Never a secret's. */
  readonly value: string | undefined;
  readonly allowed: string;
  /** The command that puts it right. */
  readonly fix: string;
}

/** All that is wrong with a stack's configuration, together. */
export class PlatformConfigError extends Error {
  override readonly name = 'PlatformConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ key, value, allowed, fix }) =>
        `  ${key}: ${value === undefined ? 'is not set' : `is ${JSON.stringify(value)}`}; allowed: ${allowed}\n` +
        `    ${fix}`,
    );
    super(`the stack's configuration needs a correction:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}
