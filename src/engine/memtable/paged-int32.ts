/**
 * A sparse array of 32-bit integers indexed by series ordinal. Ordinals are dense per database while a measurement
 * uses only some of them, so pages are made when first touched: 1 Ki entries, 4 KiB each.
 */

const PAGE_BITS = 10
const PAGE_ENTRIES = 1 << PAGE_BITS
const PAGE_MASK = PAGE_ENTRIES - 1

export class PagedInt32 {
  readonly #initial: number
  readonly #pages: (Int32Array | undefined)[] = []
  #byteCount = 0

  /** `initial` is the value of entries never set. */
  constructor(initial: number) {
    this.#initial = initial
  }

  get byteCount(): number {
    return this.#byteCount
  }

  get(index: number): number {
    const page = this.#pages[index >>> PAGE_BITS]
    return page === undefined ? this.#initial : page[index & PAGE_MASK]
  }

  /** The page that holds `index`, made when missing; entry `index & 1023`. For loops that read and write one entry. */
  page(index: number): Int32Array {
    return this.#pages[index >>> PAGE_BITS] ?? this.#makePage(index >>> PAGE_BITS)
  }

  /** Indexes whose entry is not the initial value, ascending. */
  indexesSet(): number[] {
    const indexes: number[] = []
    for (let p = 0; p < this.#pages.length; p++) {
      const page = this.#pages[p]
      if (page === undefined) continue
      for (let i = 0; i < PAGE_ENTRIES; i++) if (page[i] !== this.#initial) indexes.push((p << PAGE_BITS) | i)
    }
    return indexes
  }

  #makePage(pageIndex: number): Int32Array {
    const page = new Int32Array(PAGE_ENTRIES)
    if (this.#initial !== 0) page.fill(this.#initial)
    while (this.#pages.length < pageIndex) this.#pages.push(undefined)
    this.#pages[pageIndex] = page
    this.#byteCount += page.byteLength
    return page
  }
}

export const PAGE_ENTRY_MASK = PAGE_MASK
