/**
 * SIGTERM and SIGINT: the first asks for an orderly stop, the second ends the process at once with the shell's number
 * for it (130, 143). Nothing acknowledged is lost by the second: the write-ahead log is replayed at the next start.
 */

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const

export type StopSignal = keyof typeof NUMBERS

export interface StopSignals {
  /** Resolves with the first signal. */
  readonly first: Promise<StopSignal>
  /** The first signal when it has come, else null. */
  received(): StopSignal | null
  /** Gives the signals back to the system. */
  release(): void
}

export function listenForStop(onSecond: (signal: StopSignal) => void): StopSignals {
  let received: StopSignal | null = null
  let resolveFirst: (signal: StopSignal) => void
  const first = new Promise<StopSignal>((resolve) => {
    resolveFirst = resolve
  })
  const listener = (signal: NodeJS.Signals) => {
    const stop = signal as StopSignal
    if (received === null) {
      received = stop
      resolveFirst(stop)
      return
    }
    onSecond(stop)
    process.exit(128 + NUMBERS[stop])
  }
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return {
    first,
    received: () => received,
    release: () => {
      process.off('SIGINT', listener)
      process.off('SIGTERM', listener)
    },
  }
}
