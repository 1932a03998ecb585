/**
 * The shop's own program on AWS, in both profiles, under the real engine and on a simulated cloud: the life of a
 * stack, with the policy pack. It does not prove that AWS takes what the simulated cloud takes; what is known of that
 * is in docs/cloud-facts.md.
 * LONG=1 has the whole life of both profiles: failures, changes, drift, protection. Without it `learn` lives in short.
 */
import { protectedInProduction, subjectOf } from './aws-subject.ts';
import { cases } from './cases.ts';
import { describeEngine, describeLife } from './support/life.ts';
import { copyProgram, projectFolder } from './support/program.ts';

const { preview, up, again, order, secrecy, destroy } = cases;

await describeEngine('the stack aws', (cli) => {
  const copy = copyProgram(projectFolder);
  const learn = subjectOf(copy.folder, 'learn');
  if (!process.env.LONG)
    describeLife('in profile learn, in short (npm run test:all has the whole of both profiles)', cli, learn, [
      preview,
      up,
      again,
      order,
      secrecy,
      destroy,
    ]);
  else {
    describeLife('in profile learn', cli, learn);
    describeLife(
      'in profile production',
      cli,
      subjectOf(copy.folder, 'production', {
        edits: [],
        protected: protectedInProduction,
        unprotect: { deletionProtection: 'false' },
      }),
    );
  }
});
