/** The parity document from outcomes. It does not prove that the outcomes are those of the suites: `npm test` writes it. */
import assert from 'node:assert/strict';
import { missingFrom, type Outcomes, ports, renderParity } from '../../contract/parity-matrix.ts';

type Outcome = 'passed' | 'failed' | 'pending';

/** Everything as `outcome` says. */
function outcomes(outcome: (suite: string, title: string) => Outcome | undefined): Outcomes {
  const all = new Map<string, Map<string, Outcome>>();
  for (const { cases, columns } of ports) {
    for (const { suite } of Object.values(columns)) {
      const ofSuite = new Map<string, Outcome>();
      all.set(suite, ofSuite);
      for (const { title } of cases) {
        const one = outcome(suite, title);
        if (one) ofSuite.set(title, one);
      }
    }
  }
  return all;
}

const firstCase = ports[0]?.cases[0]?.title ?? '';

describe('the parity document', () => {
  it('has a row for every case of every port, and a cell for every backend', () => {
    const text = renderParity(outcomes(() => 'passed'));
    for (const { cases } of ports)
      for (const { title } of cases) assert.ok(text.includes(`| ${title} | pass`));
    assert.ok(!text.includes('FAIL'));
  });

  it('shows what failed, on the backend where it did', () => {
    const text = renderParity(
      outcomes((suite, title) =>
        suite === 'documents on DynamoDB' && title === firstCase ? 'failed' : 'passed',
      ),
    );
    assert.ok(text.includes(`| ${firstCase} | pass | FAIL | pass |`));
  });

  it('names the suites that did not run, or not whole', () => {
    assert.deepEqual(missingFrom(outcomes(() => 'passed')), []);
    const skipped = outcomes((suite) => (suite === 'the cache on Redis' ? 'pending' : 'passed'));
    assert.deepEqual(missingFrom(skipped), ['the cache on Redis']);
    const partly = outcomes((suite, title) =>
      suite === 'secrets in files' && title === ports[3]?.cases[0]?.title ? undefined : 'passed',
    );
    assert.deepEqual(missingFrom(partly), ['secrets in files']);
  });

  it('gives a reason only for cases that there are', () => {
    for (const { cases, columns } of ports) {
      for (const { notProvable = {} } of Object.values(columns)) {
        for (const title of Object.keys(notProvable))
          assert.ok(
            cases.some((one) => one.title === title),
            title,
          );
      }
    }
  });
});
