/**
 * The shop's own program on AWS, in both profiles, under the real engine and on a simulated cloud: the life of a
 * stack, with the policy pack. It does not prove that AWS takes what the simulated cloud takes; what is known of that
 * is in docs/cloud-facts.md.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { protectedInProduction, subjectOf } from './aws-subject.ts';
import { describeEngine, describeLife } from './support/life.ts';
import { copyProgram, projectFolder } from './support/program.ts';

const hasProgram = existsSync(join(projectFolder, 'Pulumi.yaml'));
if (!hasProgram) describe.skip('the stack aws (there is no Pulumi.yaml)', () => it('lives', () => {}));
else
  await describeEngine('the stack aws', (cli) => {
    const copy = copyProgram(projectFolder);
    after(() => copy.remove());
    describeLife('in profile learn', cli, subjectOf(copy.folder, 'learn'));
    describeLife(
      'in profile production',
      cli,
      subjectOf(copy.folder, 'production', {
        edits: [],
        protected: protectedInProduction,
        unprotect: { deletionProtection: 'false' },
      }),
    );
  });
