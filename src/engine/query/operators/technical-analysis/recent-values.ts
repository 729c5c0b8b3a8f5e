/** The last `length` values in a ring; places not yet taken hold 0. */
export class RecentValues {
  readonly #values: Float64Array
  #newest = 0

  constructor(length: number) {
    this.#values = new Float64Array(length)
  }

  /** Returns the value that makes room. */
  push(value: number): number {
    this.#newest = (this.#newest + 1) % this.#values.length
    const oldest = this.#values[this.#newest]
    this.#values[this.#newest] = value
    return oldest
  }

  get newest(): number {
    return this.#values[this.#newest]
  }
}
