/**
 * What a long operation tells about itself while it runs, without knowing who listens: `src/cli/progress` draws it as a
 * bar, as lines or as JSON. `update` may be called as often as there is news; it costs next to nothing.
 */

export interface Progress {
  /** What is being done now, one word: `read`, `write`, `verify`. */
  readonly phase: string
  readonly done: number
  /** null while nobody knows. */
  readonly total: number | null
  readonly unit: ProgressUnit
  /** More facts in the order to show them, such as `slice 61/140` or `rejected 0`. */
  readonly details: readonly ProgressDetail[]
}

/** Bytes are shown as KiB and MiB, everything else as a count of that thing. */
export type ProgressUnit = 'bytes' | 'points' | 'rows' | 'lines' | 'files' | 'slices' | 'merges'

export interface ProgressDetail {
  readonly name: string
  readonly value: string | number
}

export interface ProgressSink {
  update(progress: Progress): void
  /** One line that stays. */
  warn(message: string): void
}

/** For callers that do not want to know. */
export const NO_PROGRESS: ProgressSink = { update: () => {}, warn: () => {} }
