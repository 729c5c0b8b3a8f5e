/** So many at a time; the others wait, in the order they came. */
export class Turns {
  #freeCount: number
  readonly #waiters: (() => void)[] = []

  constructor(count: number) {
    this.#freeCount = count
  }

  /** Resolves when it is one's turn; `give` ends it. */
  async take(): Promise<void> {
    if (this.#freeCount > 0) this.#freeCount--
    else await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  give(): void {
    const next = this.#waiters.shift()
    if (next === undefined) this.#freeCount++
    else next()
  }
}
