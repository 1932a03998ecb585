/**
 * A contract case: a promise of a port, checked against any backend. Cases are data, so that the same list runs
 * under mocha on every adapter, and against adapters with planted faults, where it must fail.
 */
export interface ContractCase<Backend> {
  readonly title: string;
  run(backend: Backend): Promise<void>;
}

export function describeContract<Backend>(
  name: string,
  cases: readonly ContractCase<Backend>[],
  open: () => Promise<Backend>,
  close: (backend: Backend) => Promise<void>,
): void {
  describe(name, () => {
    let backend: Backend;
    beforeEach(async () => {
      backend = await open();
    });
    afterEach(() => close(backend));
    for (const { title, run } of cases) it(title, () => run(backend));
  });
}

/**
 * The titles of the cases that a backend fails: what a planted fault must not leave empty. Stops after `most`.
 */
export async function failingCases<Backend>(
  cases: readonly ContractCase<Backend>[],
  open: () => Promise<Backend>,
  close: (backend: Backend) => Promise<void>,
  most = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const failed: string[] = [];
  // What is broken on purpose need not be waited for as long as what is right.
  patienceMs = 1_500;
  for (const { title, run } of cases) {
    if (failed.length >= most) break;
    const backend = await open();
    await run(backend).catch(() => failed.push(title));
    await close(backend);
  }
  patienceMs = Number.POSITIVE_INFINITY;
  return failed;
}

/** The cases whose title has these words: those that are there to catch a certain fault. */
export function casesAbout<Backend>(
  cases: readonly ContractCase<Backend>[],
  words: string,
): ContractCase<Backend>[] {
  const found = cases.filter(({ title }) => title.includes(words));
  if (found.length === 0) throw new Error(`no case is about "${words}"`);
  return found;
}

/** The longest that any case waits for anything now. */
let patienceMs = Number.POSITIVE_INFINITY;

/** Polls until `check` passes or `ms` are over, then reports its last error. */
export async function eventually<Result>(check: () => Promise<Result> | Result, ms = 5_000): Promise<Result> {
  const deadline = Date.now() + Math.min(ms, patienceMs);
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
