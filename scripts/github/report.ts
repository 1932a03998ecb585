/** What became of a run of `pulumi preview` in a workflow. */
export interface Run {
  readonly stack: string;
  /** All that it wrote. */
  readonly output: string;
  readonly succeeded: boolean;
  /** Of the workflow's run, where the whole log is. */
  readonly url: string;
}

/** GitHub takes 65,536 characters in a comment or an issue; the rest is for the words around. */
const longestOutput = 60_000;

/** By which the comment of an earlier run is found again: nobody sees it. */
export const commentMarker = (stack: string) => `<!-- preview of ${stack} -->`;

export function previewComment(run: Run): string {
  const title = run.succeeded
    ? `What \`pulumi up\` would do to \`${run.stack}\``
    : `The preview of \`${run.stack}\` failed`;
  return [commentMarker(run.stack), `### ${title}`, summaryOf(run.output), details(run)].join('\n\n');
}

export const driftTitle = (stack: string) => `Drift in stack ${stack}`;

export function driftIssue(run: Run): string {
  const said = /no changes were expected/.test(run.output)
    ? `What stands in the cloud is no longer what the program says. \`pulumi preview --refresh --diff --stack ${run.stack}\` shows it, and \`pulumi up --refresh\` puts it right.`
    : 'The check for drift could not be made; the end of its output says why.';
  return [
    said,
    details(run),
    'This issue follows the check, and is closed by the first one that finds none.',
  ].join('\n\n');
}

export const driftGone = ({ url }: Run) => `[The check](${url}) found none any more.`;

/** The counts at the end, which are read first. */
function summaryOf(output: string): string {
  const counts = /^Resources:\n(?: {4}.+\n?)+/m.exec(output)?.[0];
  return counts === undefined ? '' : fenced(counts.trimEnd());
}

function details({ output, url }: Run): string {
  const cut = output.length > longestOutput;
  const shown = cut ? output.slice(-longestOutput) : output;
  const where = cut ? `the end of it; the whole is in [the log](${url})` : `[log](${url})`;
  return `<details><summary>Output</summary>\n\n${fenced(shown, 'diff')}\n\n</details>\n\n${where}`;
}

/** The fence is longer than any in the text, which so stays text whatever is in it. */
function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
