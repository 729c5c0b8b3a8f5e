/**
 * String values of one body. Fields like `level="warning"` repeat the same few texts: a text that was seen lately is
 * handed out again instead of being made anew, which saves time here and memory wherever the rows are kept.
 */

import { decodeBytes } from './decode-bytes.js'

const SLOT_COUNT = 1024

/** In shorter bodies little can repeat; a write of one point has no use for a table. */
const CACHED_BODY_BYTES_MIN = 4096

/** Longer texts seldom repeat. */
const CACHED_BYTES_MAX = 64

/** By slot: where the text is in the body, and the text. */
class Slots {
  readonly starts = new Int32Array(SLOT_COUNT)
  readonly lengths = new Int32Array(SLOT_COUNT).fill(-1)
  readonly texts: string[] = new Array(SLOT_COUNT).fill('')
}

export class BodyStrings {
  readonly #body: Buffer
  /** Made for the first text that may be in it. */
  #slots: Slots | null = null

  constructor(body: Buffer) {
    this.#body = body
  }

  read(start: number, end: number): string {
    const length = end - start
    const isCached = length > 0 && length <= CACHED_BYTES_MAX && this.#body.length >= CACHED_BODY_BYTES_MIN
    if (!isCached) return decodeBytes(this.#body, start, end)
    this.#slots ??= new Slots()
    const { starts, lengths, texts } = this.#slots
    const slot = slotOf(this.#body, start, length)
    if (lengths[slot] === length && isSame(this.#body, starts[slot], start, length)) return texts[slot]
    const text = decodeBytes(this.#body, start, end)
    starts[slot] = start
    lengths[slot] = length
    texts[slot] = text
    return text
  }
}

function slotOf(body: Uint8Array, start: number, length: number): number {
  const middle = start + (length >>> 1)
  const mixed = length + body[start] * 5 + body[middle] * 37 + body[start + length - 1] * 193
  return mixed & (SLOT_COUNT - 1)
}

function isSame(body: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = length - 1; i >= 0; i--) if (body[a + i] !== body[b + i]) return false
  return true
}
