/** Numbers of a version such as `v3.259.0` or `aws-cli/2.31.0 Python/3.13`; none when there is none in the text. */
export function versionIn(text: string): readonly number[] {
  const [, ...parts] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return parts.map((part) => Number(part ?? 0));
}

/** Whether a version is another one or newer. */
export function isAtLeast(version: readonly number[], oldest: readonly number[]): boolean {
  for (const [at, least] of oldest.entries()) {
    const part = version[at] ?? 0;
    if (part !== least) return part > least;
  }
  return version.length > 0;
}
