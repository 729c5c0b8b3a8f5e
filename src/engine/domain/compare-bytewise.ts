/**
 * The order of names and tag values as InfluxDB has it: by their UTF-8 bytes. JavaScript's own string order differs in
 * one place only, where a character beyond U+FFFF (two surrogates) meets one of U+E000..U+FFFF.
 */

const SURROGATE = /[\ud800-\udfff]/

export function compareBytewise(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i)
    const unitB = b.charCodeAt(i)
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB)
  }
  return a.length - b.length
}

/** Sorts in place and returns the array. */
export function sortBytewise(texts: string[]): string[] {
  // The built-in order is several times faster than any comparator, and right unless a surrogate occurs.
  return texts.some((text) => SURROGATE.test(text)) ? texts.sort(compareBytewise) : texts.sort()
}

/** Surrogates move above everything else in the basic plane. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x2800 : unit
}
