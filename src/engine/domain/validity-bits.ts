/** Null bitmaps by the span: whole words where they line up. */

/** Marks rows `[from, from + count)` as having a value. */
export function setBits(target: Uint32Array, from: number, count: number): void {
  for (let i = from; i < from + count; ) {
    if ((i & 31) === 0 && i + 32 <= from + count) {
      target[i >>> 5] = 0xffff_ffff
      i += 32
    } else {
      target[i >>> 5] |= 1 << (i & 31)
      i++
    }
  }
}

/** Bits `[from, from + count)` of `source` to `target` at `at`, where none is set yet. */
export function orBits(source: Uint32Array, from: number, target: Uint32Array, at: number, count: number): void {
  let i = 0
  if (((from | at) & 31) === 0) {
    for (; i + 32 <= count; i += 32) target[(at + i) >>> 5] |= source[(from + i) >>> 5]
  }
  for (; i < count; i++) {
    const bit = from + i
    if ((source[bit >>> 5] & (1 << (bit & 31))) !== 0) target[(at + i) >>> 5] |= 1 << ((at + i) & 31)
  }
}
