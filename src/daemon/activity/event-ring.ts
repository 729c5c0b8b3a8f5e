/** The last things that happened, for dashboards: a ring of records, numbered without gaps from the start of the process. */

export type EventLevel = 'info' | 'warn' | 'error'

export interface ServerEvent {
  readonly sequence: number
  /** RFC 3339, UTC. */
  readonly time: string
  readonly level: EventLevel
  /** `flush`, `compaction`, `retention`, `start`, `job`, `fault`. */
  readonly kind: string
  readonly text: string
}

/** About 100 kB. */
const EVENT_COUNT_MAX = 500
/** A fault may carry a whole statement. */
const TEXT_CHARACTERS_MAX = 500

export class EventRing {
  readonly #nowMs: () => number
  #events: ServerEvent[] = []
  #lastSequence = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  add(level: EventLevel, kind: string, text: string): void {
    const time = new Date(this.#nowMs()).toISOString()
    const shown = text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX)}…` : text
    this.#events.push({ sequence: ++this.#lastSequence, time, level, kind, text: shown })
    // Half at a time: cutting one off each time would copy the rest each time.
    if (this.#events.length >= 2 * EVENT_COUNT_MAX) this.#events = this.#events.slice(-EVENT_COUNT_MAX)
  }

  /** The newest `countMax`, oldest first, of those numbered above `afterSequence`. */
  list(countMax: number, afterSequence = 0): readonly ServerEvent[] {
    const from = Math.max(0, this.#events.length - Math.min(countMax, EVENT_COUNT_MAX))
    return this.#events.slice(from).filter(({ sequence }) => sequence > afterSequence)
  }
}
