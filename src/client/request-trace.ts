/** How a client's requests can be followed: one id for all of them, and a word about each. */

export interface RequestTrace {
  /** Sent as `X-Request-Id`. */
  readonly id: string
  readonly onExchange: (exchanged: Exchanged) => void
}

export interface Exchanged {
  readonly method: string
  /** The base address. */
  readonly host: string
  /** With what is searched for. */
  readonly path: string
  /** null: no answer. */
  readonly status: number | null
  /** Until the answer began. */
  readonly elapsedMs: number
  /** Why there is no answer; '' when there is one. */
  readonly failure: string
}
