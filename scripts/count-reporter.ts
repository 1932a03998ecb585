import { writeFileSync } from 'node:fs';
import mocha, { type MochaOptions, type Runner } from 'mocha';

/** What one suite came to, for `npm test` to add up. */
export interface Counts {
  passed: number;
  failed: number;
  /** Full titles. */
  skipped: string[];
}

/** Mocha's own live output, and at the end the counts in the file that COUNTS_FILE names. */
export default class CountReporter extends mocha.reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const counts: Counts = { passed: 0, failed: 0, skipped: [] };
    runner.on('pass', () => {
      counts.passed += 1;
    });
    // A hook that fails counts as well.
    runner.on('fail', () => {
      counts.failed += 1;
    });
    runner.on('pending', (test) => counts.skipped.push(test.fullTitle()));
    runner.once('end', () => writeFileSync(process.env.COUNTS_FILE ?? 'counts.json', JSON.stringify(counts)));
  }
}
