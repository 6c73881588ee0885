/** Does work on many things, a few at a time, and gives the results in their order. Rejects with the first failure. */
export async function mapLimited<Item, Result>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = new Array<Result>(items.length)
  let next = 0
  async function workOff(): Promise<void> {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index] as Item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workOff))
  return results
}
