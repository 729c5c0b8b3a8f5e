/**
 * What lines of one measurement look like in this request: its fields by their spelling, and which field followed which
 * the last time. A client that always sends the same fields in the same order is predicted without a lookup.
 */

import type { ColumnBuilder, MeasurementBuilder } from '../domain/point-batch-builder.js'
import { BACKSLASH, COMMA, EQUALS, NEWLINE, QUOTE, SPACE } from './bytes.js'

const SEED = 0x2545f491
const MULTIPLIER = 0x9e3779b1

/** Longer names are always taken apart. */
const NAME_BYTES_MAX = 8192

/** Names with equal hashes are easy to make; a hostile body must not turn every lookup into a walk. */
const PROBE_COUNT_MAX = 16

export class ShapeField {
  /** The name as spelled, with its `=`. */
  readonly spelling: Uint8Array
  /** Its whole words, little-endian. */
  readonly words: Int32Array
  readonly hash: number
  column: ColumnBuilder
  next: ShapeField | null = null

  constructor(spelling: Uint8Array, hash: number, column: ColumnBuilder) {
    this.spelling = spelling
    this.words = new Int32Array(spelling.slice(0, spelling.length & ~3).buffer)
    this.hash = hash
    this.column = column
  }
}

export class LineShape {
  readonly builder: MeasurementBuilder
  first: ShapeField | null = null
  /** Columns the current line has set so far, to take them back. */
  readonly touched: ColumnBuilder[] = []
  #count = 0
  #slots: (ShapeField | null)[] = new Array(32).fill(null)

  constructor(builder: MeasurementBuilder) {
    this.builder = builder
  }

  /** The field whose spelling starts at `pos`, or null. */
  find(body: Uint8Array, pos: number): ShapeField | null {
    const end = nameEnd(body, pos)
    if (end < 0) return null
    const hash = hashName(body, pos, end)
    const mask = this.#slots.length - 1
    for (let probe = 0; probe < PROBE_COUNT_MAX; probe++) {
      const field = this.#slots[(hash + probe) & mask]
      if (field === null) return null
      if (field.hash === hash && startsWith(body, pos, field.spelling)) return field
    }
    return null
  }

  /** Remembers that `body[start, end)`, followed by `=`, names this column. */
  learn(body: Uint8Array, start: number, end: number, column: ColumnBuilder): void {
    if (nameEnd(body, start) !== end) return
    const known = this.find(body, start)
    if (known !== null) {
      known.column = column
      return
    }
    if (this.#count * 2 >= this.#slots.length) this.#grow()
    this.#count++
    this.#occupy(new ShapeField(new Uint8Array(body.subarray(start, end + 1)), hashName(body, start, end), column))
  }

  #occupy(field: ShapeField): void {
    const mask = this.#slots.length - 1
    for (let probe = 0; probe < PROBE_COUNT_MAX; probe++) {
      const slot = (field.hash + probe) & mask
      if (this.#slots[slot] !== null) continue
      this.#slots[slot] = field
      return
    }
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Array(old.length * 2).fill(null)
    for (const field of old) if (field !== null) this.#occupy(field)
  }
}

export function startsWith(body: Uint8Array, pos: number, spelling: Uint8Array): boolean {
  for (let i = 0; i < spelling.length; i++) if (body[pos + i] !== spelling[i]) return false
  return true
}

/** As `startsWith`, four bytes at a time. */
export function isSpelled(view: DataView, pos: number, field: ShapeField): boolean {
  const { spelling, words } = field
  if (pos + spelling.length > view.byteLength) return false
  for (let i = 0; i < words.length; i++) if (view.getInt32(pos + 4 * i, true) !== words[i]) return false
  for (let i = words.length * 4; i < spelling.length; i++) if (view.getUint8(pos + i) !== spelling[i]) return false
  return true
}

/**
 * Position of the `=` that ends a plainly spelled name, or -1. Plain: no newline, no quote, a backslash only before a
 * space, comma or `=`. Only for these do all of InfluxDB's scanners agree where the name ends.
 */
function nameEnd(body: Uint8Array, start: number): number {
  const limit = Math.min(body.length, start + NAME_BYTES_MAX)
  for (let pos = start; pos < limit; pos++) {
    const byte = body[pos]
    if (byte === EQUALS) return pos === start ? -1 : pos
    if (byte === SPACE || byte === COMMA || byte === NEWLINE || byte === QUOTE) return -1
    if (byte === BACKSLASH) {
      const escaped = body[++pos]
      if (escaped !== SPACE && escaped !== COMMA && escaped !== EQUALS) return -1
    }
  }
  return -1
}

function hashName(body: Uint8Array, start: number, end: number): number {
  let hash = SEED
  for (let pos = start; pos < end; pos++) hash = Math.imul(hash ^ body[pos], MULTIPLIER)
  return (hash ^ (hash >>> 15)) & 0x3fffffff
}
