/** Maps in order, with at most `limit` at once. The first failure is thrown when those under way have ended. */
export async function inParallel<Item, Value>(
  items: readonly Item[],
  limit: number,
  map: (item: Item) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  const rest = items.entries();
  const failures: unknown[] = [];
  const lane = async () => {
    for (const [index, item] of rest) {
      try {
        values[index] = await map(item);
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return values;
}
