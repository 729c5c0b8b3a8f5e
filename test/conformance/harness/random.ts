/** Random choices from a seed: the same seed makes the same choices on every machine. (mulberry32) */

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 <= x < 1 */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** 0 <= n < bound */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]
  }

  /** Between `least` and all of the choices, each at most once, in random order. */
  some<T>(choices: readonly T[], least: number): T[] {
    const rest = [...choices]
    const count = least + this.below(choices.length - least + 1)
    return Array.from({ length: count }, () => rest.splice(this.below(rest.length), 1)[0])
  }
}
