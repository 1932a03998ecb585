/** What to do at the end, in reverse order: each step undoes one opening. */
export type Closing = (() => unknown)[];

const open = new Set<Closing>();

/** Runs `work` and then closes what it opened, whether it returned or threw. SIGINT and SIGTERM close it too. */
export async function withClosing<Result>(work: (closing: Closing) => Promise<Result>): Promise<Result> {
  const closing: Closing = [];
  if (open.size === 0) for (const signal of signals) process.on(signal, end);
  open.add(closing);
  try {
    return await work(closing);
  } finally {
    // What fails now fails because its database is gone: nobody is to hear of it, and nothing to go on.
    if (ending) await new Promise(() => {});
    await closeAll(closing);
    open.delete(closing);
    if (open.size === 0) for (const signal of signals) process.off(signal, end);
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const;

let ending = false;

/** PostgreSQL is in a process group of its own: nobody else would end it. */
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  process.on('uncaughtException', () => {});
  process.on('unhandledRejection', () => {});
  for (const closing of open) await closeAll(closing);
  process.exit(130);
}

async function closeAll(closing: Closing): Promise<void> {
  for (let close = closing.pop(); close; close = closing.pop()) {
    try {
      await close();
    } catch (error) {
      console.error('the benchmark could not close all that it opened:', error);
    }
  }
}
