/**
 * A small seeded generator (mulberry32): the same seed gives the same benchmark data and queries on every machine.
 * Not for secrets.
 */

export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Uniform in [0, 1). */
  float(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** A whole number in [0, end). */
  below(end: number): number {
    return Math.floor(this.float() * end)
  }

  choice<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()))
    return radius * Math.cos(2 * Math.PI * this.float())
  }

  /** `count` different whole numbers in [0, end), in random order. */
  sample(count: number, end: number): number[] {
    const chosen = new Set<number>()
    while (chosen.size < Math.min(count, end)) chosen.add(this.below(end))
    return [...chosen]
  }
}
