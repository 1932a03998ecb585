/** Works through a list, `workers` items at a time. The first error stops it, after what is under way. */
export async function concurrently<Item>(
  items: readonly Item[],
  workers: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const errors: unknown[] = [];
  const next = async () => {
    for (const item of queue) {
      if (errors.length > 0) return;
      await work(item).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: workers }, next));
  if (errors.length > 0) throw errors[0];
}
