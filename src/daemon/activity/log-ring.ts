/**
 * The last lines of the daemon's log, as JSON, for those who look for what is wrong and cannot reach the place where the
 * log goes. Bounded by bytes: the oldest lines go first.
 */

/** Some thousand lines; a server that is well writes a dozen a day. */
const CHARACTERS_MAX = 2 ** 20
/** A stack trace is shorter, a statement may be longer. */
const LINE_CHARACTERS_MAX = 8192

interface Line {
  readonly atMs: number
  readonly text: string
}

export class LogRing {
  readonly #nowMs: () => number
  #lines: Line[] = []
  #characterCount = 0
  #droppedCount = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  readonly add = (line: string): void => {
    const whole = line.trimEnd()
    const text = whole.length > LINE_CHARACTERS_MAX ? `${whole.slice(0, LINE_CHARACTERS_MAX)}…` : whole
    this.#lines.push({ atMs: this.#nowMs(), text })
    this.#characterCount += text.length
    if (this.#characterCount > 2 * CHARACTERS_MAX) this.#dropOldest()
  }

  /** Oldest first. */
  list(sinceMs: number): readonly string[] {
    return this.#lines.filter(({ atMs }) => atMs >= sinceMs).map(({ text }) => text)
  }

  /** Lines that had to go since the start. */
  get droppedCount(): number {
    return this.#droppedCount
  }

  /** Half at a time: cutting one off each time would copy the rest each time. */
  #dropOldest(): void {
    let first = 0
    while (this.#characterCount > CHARACTERS_MAX) this.#characterCount -= this.#lines[first++].text.length
    this.#lines = this.#lines.slice(first)
    this.#droppedCount += first
  }
}
