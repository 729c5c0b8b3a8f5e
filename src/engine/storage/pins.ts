/**
 * Things that queries use while others want to remove them: a removed file or staged table lives on until the last
 * query that pinned it is done.
 */

export class Pins<T> {
  readonly #counts = new Map<T, number>()
  readonly #retired = new Map<T, () => void>()

  pin(items: readonly T[]): void {
    for (const item of items) this.#counts.set(item, (this.#counts.get(item) ?? 0) + 1)
  }

  unpin(items: readonly T[]): void {
    for (const item of items) {
      const count = this.#counts.get(item)! - 1
      if (count > 0) {
        this.#counts.set(item, count)
        continue
      }
      this.#counts.delete(item)
      this.#retired.get(item)?.()
      this.#retired.delete(item)
    }
  }

  /** Calls `dispose` as soon as nobody holds the item. */
  retire(item: T, dispose: () => void): void {
    if (this.#counts.has(item)) this.#retired.set(item, dispose)
    else dispose()
  }
}
