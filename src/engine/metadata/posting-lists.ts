/**
 * Posting lists by number: which series have a segment. Series are added in ascending order, so every list is sorted as
 * it stands. A segment that only one series has (an id as a tag) keeps that number without an array of its own: a
 * million of those would be most of the index.
 */

import { Uint32List } from '../domain/uint32-list.js'

export class PostingLists {
  readonly #firsts = new Uint32List(8)
  /** The whole list, where it has more than one member. */
  readonly #lists: (Uint32List | undefined)[] = []

  /** `number` is the next new one, or known. */
  add(number: number, series: number): void {
    if (number === this.#firsts.length) {
      this.#firsts.push(series)
      return
    }
    let list = this.#lists[number]
    if (list === undefined) {
      list = new Uint32List(4)
      list.push(this.#firsts.at(number))
      this.#lists[number] = list
    }
    list.push(series)
  }

  members(number: number): Uint32Array {
    return this.#lists[number]?.view() ?? Uint32Array.of(this.#firsts.at(number))
  }

  memberCount(number: number): number {
    return this.#lists[number]?.length ?? 1
  }

  /** Writes `value` to the entry of each member. */
  writeTo(entries: Uint32Array, number: number, value: number): void {
    const list = this.#lists[number]
    if (list === undefined) entries[this.#firsts.at(number)] = value
    else writeAll(entries, list.view(), value)
  }
}

function writeAll(entries: Uint32Array, members: Uint32Array, value: number): void {
  for (let i = 0; i < members.length; i++) entries[members[i]] = value
}
