/**
 * 64-bit integers in as few bytes as their values need: | width u8 | values, little-endian |, where width is 1, 2 or 4 for
 * columns whose values all fit that many signed bytes, else 8. Metrics are mostly small numbers; packing the ten fields
 * of a `cpu` row takes 10 bytes instead of 80.
 */

/** The smallest width that holds all `count` values, given as 32-bit halves, low first. */
export function packedWidth(halves: Int32Array, count: number): 1 | 2 | 4 | 8 {
  let min = 0
  let max = 0
  for (let i = 0; i < count; i++) {
    const low = halves[2 * i]
    if (halves[2 * i + 1] !== low >> 31) return 8
    if (low < min) min = low
    else if (low > max) max = low
  }
  if (min >= -0x80 && max <= 0x7f) return 1
  return min >= -0x8000 && max <= 0x7fff ? 2 : 4
}

export function writePacked(
  view: DataView,
  at: number,
  halves: Int32Array,
  count: number,
  width: 1 | 2 | 4 | 8,
): number {
  switch (width) {
    case 1:
      for (let i = 0; i < count; i++) view.setInt8(at + i, halves[2 * i])
      break
    case 2:
      for (let i = 0; i < count; i++) view.setInt16(at + 2 * i, halves[2 * i], true)
      break
    case 4:
      for (let i = 0; i < count; i++) view.setInt32(at + 4 * i, halves[2 * i], true)
      break
    case 8:
      for (let i = 0; i < 2 * count; i++) view.setInt32(at + 4 * i, halves[i], true)
  }
  return at + count * width
}

export function readPacked(view: DataView, at: number, halves: Int32Array, count: number, width: number): number {
  for (let i = 0; i < count; i++) {
    if (width === 8) {
      halves[2 * i] = view.getInt32(at + 8 * i, true)
      halves[2 * i + 1] = view.getInt32(at + 8 * i + 4, true)
      continue
    }
    const value =
      width === 1
        ? view.getInt8(at + i)
        : width === 2
          ? view.getInt16(at + 2 * i, true)
          : view.getInt32(at + 4 * i, true)
    halves[2 * i] = value
    halves[2 * i + 1] = value >> 31
  }
  return at + count * width
}
