/** Works through a list, `workers` items at a time. The first error stops it, after what is under way. */
export async function concurrently<Item>(
  items: readonly Item[],
  workers: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const next = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, next));
}
