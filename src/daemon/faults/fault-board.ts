/**
 * Trouble on purpose, for drills: requests that are slow or get no answer, a disk that seems full, flushes that fail. Exists
 * only in a server that was started for it; every fault ends by itself after a time. Nothing stored is touched: what was
 * acknowledged stays so.
 */

import type { EngineFaults, EngineLog } from '../../engine/index.js'

export const FAULT_KINDS = [
  'delay-writes',
  'delay-queries',
  'drop-writes',
  'drop-queries',
  'disk-full',
  'flush-fails',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** An hour: longer than any drill, shorter than a night in which nobody remembers it. */
export const FAULT_MS_MAX = 3_600_000
export const DELAY_MS_MAX = 60_000

export interface FaultOrder {
  readonly kind: FaultKind
  readonly lastsMs: number
  /** Of the delays. */
  readonly delayMs: number
  /** Of the requests that are met, 0 to 1. */
  readonly share: number
}

export interface Fault extends FaultOrder {
  readonly id: string
  readonly startedMs: number
  /** Requests or flushes that met it. */
  readonly metCount: number
}

export interface FaultBoardOptions {
  readonly log: EngineLog
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
}

interface Entry extends FaultOrder {
  readonly id: string
  readonly startedMs: number
  readonly timer: NodeJS.Timeout
  metCount: number
  /** Evenly: 0.25 is every fourth request. */
  owed: number
}

export class FaultBoard implements EngineFaults {
  readonly #options: FaultBoardOptions
  readonly #entries = new Map<string, Entry>()
  #lastId = 0

  constructor(options: FaultBoardOptions) {
    this.#options = options
  }

  add(order: FaultOrder): Fault {
    const { log, nowMs } = this.#options
    const id = String(++this.#lastId)
    const timer = setTimeout(() => this.#end(id, 'its time is over'), order.lastsMs)
    timer.unref()
    const entry: Entry = { ...order, id, startedMs: nowMs(), timer, metCount: 0, owed: 0 }
    this.#entries.set(id, entry)
    log.warn('FAULT INJECTED', { ...describe(order), id })
    return toFault(entry)
  }

  /** In order of their start. */
  list(): Fault[] {
    return [...this.#entries.values()].map(toFault)
  }

  /** Null: all. How many there were. */
  clear(id: string | null): number {
    const ids = [...this.#entries.keys()].filter((each) => id === null || each === id)
    for (const each of ids) this.#end(each, 'cleared')
    return ids.length
  }

  get isDiskFull(): boolean {
    return [...this.#entries.values()].some(({ kind }) => kind === 'disk-full')
  }

  refusesWrite(): boolean {
    return this.#meet('disk-full') !== null
  }

  failsFlush(): boolean {
    return this.#meet('flush-fails') !== null || this.#meet('disk-full') !== null
  }

  /** What becomes of a request, after the delay that it has to suffer. */
  async onRequest(kind: 'writes' | 'queries'): Promise<'serve' | 'drop'> {
    const delay = this.#meet(`delay-${kind}`)
    if (delay !== null) await this.#options.sleep(delay.delayMs)
    return this.#meet(`drop-${kind}`) === null ? 'serve' : 'drop'
  }

  #meet(kind: FaultKind): Entry | null {
    for (const entry of this.#entries.values()) {
      if (entry.kind !== kind) continue
      entry.owed += entry.share
      if (entry.owed < 1) continue
      entry.owed -= 1
      entry.metCount++
      return entry
    }
    return null
  }

  #end(id: string, why: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    clearTimeout(entry.timer)
    this.#entries.delete(id)
    this.#options.log.warn('injected fault ended', { kind: entry.kind, id, why, met: entry.metCount })
  }
}

function toFault({ timer: _timer, owed: _owed, ...fault }: Entry): Fault {
  return { ...fault }
}

function describe({ kind, lastsMs, delayMs, share }: FaultOrder): Record<string, unknown> {
  return { kind, lastsMs, ...(kind.startsWith('delay-') && { delayMs }), ...(share < 1 && { share }) }
}
