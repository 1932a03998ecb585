/** What a benchmark found, for a person to read. */
export interface Report {
  readonly name: string;
  readonly lines: readonly string[];
}

export function print({ name, lines }: Report): void {
  console.log(`\n${name}\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
