/**
 * Runs work of the same name one after the other, and all other work at once: two transactions of one process on
 * the same item would only cancel each other.
 */
export function createLanes(): <Result>(name: string, work: () => Promise<Result>) => Promise<Result> {
  const tails = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const before = tails.get(name);
    const result = before ? before.then(work, work) : work();
    tails.set(name, result);
    const leave = () => {
      if (tails.get(name) === result) tails.delete(name);
    };
    result.then(leave, leave);
    return result;
  };
}
