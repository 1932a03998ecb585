/**
 * Says in the pull request what a preview found: one comment for each stack, which a later run writes anew.
 *
 * usage: STACK=… OUTCOME=success|failure PULL_REQUEST=… node scripts/github/comment.ts OUTPUT
 */
import { api, bot, required, thisRun } from './gh.ts';
import { commentMarker, previewComment } from './report.ts';

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string };
}

const run = thisRun();
const comments = `issues/${required('PULL_REQUEST')}/comments`;
const earlier = api<Comment[]>('GET', `${comments}?per_page=100`).find(
  ({ user, body }) => user.login === bot && body.startsWith(commentMarker(run.stack)),
);
const body = previewComment(run);
if (earlier) api('PATCH', `issues/comments/${earlier.id}`, { body });
else api('POST', comments, { body });
