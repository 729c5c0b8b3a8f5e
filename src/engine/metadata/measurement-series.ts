/**
 * The series of one measurement: numbered from 0 in order of arrival (local numbers), with posting lists per tag key.
 * Adding is cheap and eager; the order by key is restored when somebody asks for it.
 */

import { sortBytewise } from '../domain/compare-bytewise.js'
import { Uint32List } from '../domain/uint32-list.js'
import { SeriesOrder } from './series-order.js'
import type { Tag } from './series-table.js'
import { TagPostings } from './tag-postings.js'

export class MeasurementSeries {
  readonly name: string
  readonly #ordinals = new Uint32List()
  readonly #postings = new Map<string, TagPostings>()
  readonly #order: SeriesOrder
  readonly #tagsOf: (ordinal: number) => readonly Tag[]
  #tagKeys: readonly string[] | null = null

  constructor(name: string, tagsOf: (ordinal: number) => readonly Tag[]) {
    this.name = name
    this.#tagsOf = tagsOf
    this.#order = new SeriesOrder(this)
  }

  get count(): number {
    return this.#ordinals.length
  }

  /** Returns the local number. */
  add(ordinal: number): number {
    const local = this.#ordinals.length
    this.#ordinals.push(ordinal)
    for (const [key, value] of this.#tagsOf(ordinal)) {
      let postings = this.#postings.get(key)
      if (postings === undefined) {
        postings = new TagPostings()
        this.#postings.set(key, postings)
        this.#tagKeys = null
      }
      postings.add(value, local)
    }
    return local
  }

  /** By local number. */
  ordinals(): Uint32Array {
    return this.#ordinals.view()
  }

  tagsOfLocal(local: number): readonly Tag[] {
    return this.#tagsOf(this.#ordinals.at(local))
  }

  /** Sorted bytewise. */
  tagKeys(): readonly string[] {
    this.#tagKeys ??= sortBytewise([...this.#postings.keys()])
    return this.#tagKeys
  }

  postingsOf(key: string): TagPostings | undefined {
    return this.#postings.get(key)
  }

  /** The ordinals of these local numbers, ascending by series key. */
  toSortedOrdinals(locals: Uint32Array): Uint32Array {
    const ordinals = this.ordinals()
    return this.#order.sort(locals).map((local) => ordinals[local])
  }

  /** All ordinals ascending by series key; the same array until a series is added. */
  sortedOrdinals(): Uint32Array {
    return this.#order.all()
  }
}
