/**
 * Hashes of what rows are made of, for sums in which the order of rows does not matter. 32 bits each; who needs more makes two
 * with different seeds. Against chance, not against somebody who looks for two values of one hash.
 */

import type { FieldColumn, TagSet } from '../engine/index.js'

/** The order of tags does not matter. */
export function hashSeries(tags: TagSet, seed = HASH_SEED): number {
  const sorted = tags.map(([key, value]) => `${key}\0${value}`).sort()
  return hashText(sorted.join('\0'), seed)
}

/** Hash of the value in a row, by its bits: 0 and -0 differ. */
export function hasherOf(field: FieldColumn): (row: number, seed: number) => number {
  switch (field.type) {
    case 'string': {
      const { values } = field
      return (row, seed) => hashText(values[row], seed)
    }
    case 'boolean': {
      const { values } = field
      return (row, seed) => mix(seed, values[row] === 0 ? 1 : 2)
    }
    default: {
      const { values } = field
      const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
      return (row, seed) => mix(mix(seed, halves[2 * row]), halves[2 * row + 1])
    }
  }
}

/** The mixing step of MurmurHash3, with its finish. */
export function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  hash ^= Math.imul(k, 0x1b873593)
  hash = (hash << 13) | (hash >>> 19)
  hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

export const HASH_SEED = 0x811c9dc5

export function hashText(text: string, seed = HASH_SEED): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return mix(hash, text.length)
}
