/**
 * Turns on the event loop for work that takes milliseconds: one piece of it in each round of the loop, whoever asks. Four
 * large writes at once then hold up a query no longer than one would.
 */
export class EventLoopTurns {
  readonly #waiting: (() => void)[] = []

  /** Resolves in a round of the loop that no other turn shares; in the order of asking. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) setImmediate(this.#give)
    })
  }

  /** What `setImmediate` is given while immediates run comes in the next round, after sockets and timers. */
  readonly #give = (): void => {
    this.#waiting.shift()?.()
    if (this.#waiting.length > 0) setImmediate(this.#give)
  }
}
