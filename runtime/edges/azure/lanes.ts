/** Work under one name is done one after the other; all other at once. */
export type Lanes = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

export function createLanes(): Lanes {
  const ends = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const before = ends.get(name) ?? Promise.resolve();
    const done = before.then(work);
    const end = done.catch(() => {});
    ends.set(name, end);
    void end.then(() => {
      if (ends.get(name) === end) ends.delete(name);
    });
    return done;
  };
}
