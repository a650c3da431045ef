/** Works on the items in order, at most `concurrency` at the same time. Rejects with the first failure and begins no further item. */
export async function concurrently<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  let failed = false;
  const one = async () => {
    for (const item of left) {
      if (failed) return;
      await work(item);
    }
  };
  const guarded = () =>
    one().catch((error: unknown) => {
      failed = true;
      throw error;
    });
  await Promise.all(Array.from({ length: concurrency }, guarded));
}
