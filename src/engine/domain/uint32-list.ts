/**
 * A list of unsigned 32-bit numbers that grows: one typed array, doubled when full. `view` shows the numbers without
 * copying and stays valid after later pushes (it then shows the old prefix).
 */

export class Uint32List {
  #values: Uint32Array
  #length = 0

  constructor(capacity = 4) {
    this.#values = new Uint32Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow()
    this.#values[this.#length++] = value
  }

  /** Of an index below `length`. */
  at(index: number): number {
    return this.#values[index]
  }

  view(): Uint32Array {
    return this.#values.subarray(0, this.#length)
  }

  #grow(): void {
    const larger = new Uint32Array(Math.max(4, this.#values.length * 2))
    larger.set(this.#values)
    this.#values = larger
  }
}
