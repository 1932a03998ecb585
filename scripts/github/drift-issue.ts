/**
 * Keeps one open issue for each stack that has drifted: made by the first check that finds drift, written anew by
 * those after it, closed by the first that finds none.
 *
 * usage: STACK=… OUTCOME=success|failure node scripts/github/drift-issue.ts OUTPUT
 */
import { api, bot, thisRun } from './gh.ts';
import { driftGone, driftIssue, driftTitle } from './report.ts';

const run = thisRun();
const title = driftTitle(run.stack);
const query = new URLSearchParams({ state: 'open', creator: bot, per_page: '100' });
const open = api<{ number: number; title: string }[]>('GET', `issues?${query}`).find(
  (issue) => issue.title === title,
);
if (!run.succeeded) {
  const body = driftIssue(run);
  if (open) api('PATCH', `issues/${open.number}`, { body });
  else api('POST', 'issues', { title, body });
} else if (open) {
  api('POST', `issues/${open.number}/comments`, { body: driftGone(run) });
  api('PATCH', `issues/${open.number}`, { state: 'closed' });
}
