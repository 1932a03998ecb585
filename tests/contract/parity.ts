import { bringUpToDate, pageName } from '../support/parity-page.ts';
import { missingFrom, type Outcomes, renderParity } from './parity-matrix.ts';

/**
 * Brings docs/parity.md up to date with the contract suites that this process ran. What ran only in part leaves it as
 * it is, and says so.
 * @throws Error in CI when it was not up to date
 */
export function recordParity(root: Mocha.Suite): void {
  const outcomes = outcomesOf(root);
  const missing = missingFrom(outcomes);
  if (missing.length > 0)
    console.log(`  ${pageName} is left as it is: not all of this ran: ${missing.join('; ')}`);
  else bringUpToDate('contracts', renderParity(outcomes));
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
