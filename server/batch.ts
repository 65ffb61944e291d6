/**
 * Group commit. Items that arrive while a round trip is under way wait and share the next one, so the rate of a
 * hot row is the batch size, not one, per commit. One round trip is in flight at a time.
 */

export interface Batch<Item, Result> {
  /** Resolves with the item's own result; rejects with what its round trip rejected with. */
  add(item: Item): Promise<Result>
}

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (reason: unknown) => void
}

/**
 * @param run one round trip; returns one result an item, in order
 * @param most items a round trip at most
 * @param isShared says whether an error is also that of the items still waiting: behind a round trip that took
 *   all the time there is, theirs would take it a second time
 */
export function makeBatch<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  most: number,
  isShared: (error: unknown) => boolean = () => false,
): Batch<Item, Result> {
  let waiting: Waiting<Item, Result>[] = []
  let busy = false

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.length > most ? waiting.splice(0, most) : waiting
      if (group === waiting) waiting = []
      try {
        const results = await run(group.map((entry) => entry.item))
        group.forEach((entry, i) => entry.resolve(results[i]!))
      } catch (error) {
        for (const entry of group) entry.reject(error)
        if (isShared(error)) for (const entry of waiting.splice(0)) entry.reject(error)
      }
    }
    busy = false
  }

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        if (busy) return
        busy = true
        // The requests that are already in the socket buffers join the first group.
        setImmediate(flush)
      })
    },
  }
}
