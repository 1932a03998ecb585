import { writeFileSync } from 'node:fs';
import mocha, { type MochaOptions, type Runner } from 'mocha';

export interface Failure {
  /** Full title of the test, or of the hook. */
  readonly title: string;
  readonly message: string;
}

/** What one suite came to, for `npm test` to add up. */
export interface Counts {
  passed: number;
  failed: Failure[];
  /** Full titles. */
  skipped: string[];
}

/** Mocha's own live output, and at the end the counts in the file that COUNTS_FILE names. */
export default class CountReporter extends mocha.reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const counts: Counts = { passed: 0, failed: [], skipped: [] };
    runner.on('pass', () => {
      counts.passed += 1;
    });
    // A hook that fails counts as well.
    runner.on('fail', (test, error: unknown) => {
      counts.failed.push({ title: test.fullTitle(), message: String(error).slice(0, 2_000) });
    });
    runner.on('pending', (test) => counts.skipped.push(test.fullTitle()));
    runner.once('end', () => writeFileSync(process.env.COUNTS_FILE ?? 'counts.json', JSON.stringify(counts)));
  }
}
