const tasks: (() => Promise<void>)[] = [];

/** Has something done after the last test of this mocha process, by what was started for several of them. */
export function atEnd(task: () => Promise<void>): void {
  tasks.push(task);
}

/** For the root hooks. */
export async function doAtEnd(): Promise<void> {
  await Promise.all(tasks.splice(0).map((task) => task()));
}
