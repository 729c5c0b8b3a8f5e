/**
 * A growing set of distinct strings that can be read in bytewise order. Adding is an array push; the order is restored
 * when somebody reads, by sorting what is new and merging it in.
 */

import { compareBytewise, sortBytewise } from './compare-bytewise.js'

export class SortedTexts {
  #sorted: readonly string[] = []
  #added: string[] = []

  get length(): number {
    return this.#sorted.length + this.#added.length
  }

  /** The caller knows that `text` is not in the set yet. */
  add(text: string): void {
    this.#added.push(text)
  }

  /** A later change makes a new array; this one keeps its content. */
  view(): readonly string[] {
    if (this.#added.length > 0) {
      const added = sortBytewise(this.#added)
      this.#sorted = this.#sorted.length === 0 ? added : mergeSorted(this.#sorted, added)
      this.#added = []
    }
    return this.#sorted
  }
}

function mergeSorted(a: readonly string[], b: readonly string[]): string[] {
  const merged: string[] = []
  let i = 0
  let k = 0
  while (i < a.length && k < b.length) merged.push(compareBytewise(a[i], b[k]) < 0 ? a[i++] : b[k++])
  while (i < a.length) merged.push(a[i++])
  while (k < b.length) merged.push(b[k++])
  return merged
}
