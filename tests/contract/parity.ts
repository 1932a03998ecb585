import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingFrom, type Outcomes, renderParity } from './parity-matrix.ts';

const file = fileURLToPath(new URL('../../docs/parity.md', import.meta.url));
const name = relative(fileURLToPath(new URL('../..', import.meta.url)), file);

/**
 * Brings docs/parity.md up to date with the contract suites that this process ran. What ran only in part leaves it as
 * it is, and says so.
 * @throws Error in CI when it was not up to date
 */
export function recordParity(root: Mocha.Suite): void {
  const outcomes = outcomesOf(root);
  const missing = missingFrom(outcomes);
  if (missing.length > 0) {
    console.log(`  ${name} is left as it is: not all of this ran: ${missing.join('; ')}`);
    return;
  }
  const wanted = renderParity(outcomes);
  if (readIfThere() === wanted) return;
  writeFileSync(file, wanted);
  if (process.env.CI === 'true')
    throw new Error(`${name} was stale: run \`npm test\` and commit what it wrote`);
  console.log(`  ${name} was brought up to date`);
}

function readIfThere(): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function outcomesOf(root: Mocha.Suite): Outcomes {
  const outcomes = new Map<string, Map<string, 'passed' | 'failed' | 'pending'>>();
  const visit = (suite: Mocha.Suite) => {
    const ofSuite = outcomes.get(suite.title) ?? new Map();
    outcomes.set(suite.title, ofSuite);
    for (const test of suite.tests) ofSuite.set(test.title, test.state ?? 'pending');
    suite.suites.forEach(visit);
  };
  visit(root);
  return outcomes;
}
