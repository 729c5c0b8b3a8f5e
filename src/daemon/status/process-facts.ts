/** What the operating system knows of this process and its disk. Slow facts are read again every ten seconds only. */

import { readdir, statfs } from 'node:fs/promises'
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

export interface DiskFacts {
  readonly totalBytes: number
  readonly freeBytes: number
  readonly usedBytes: number
}

export interface SlowFacts extends DiskFacts {
  /** null where the system does not tell. */
  readonly openFileCount: number | null
  readonly eventLoopDelaySeconds: number
}

const FACTS_AGE_MS_MAX = 10_000
const DELAY_RESOLUTION_MS = 20

export class ProcessFacts {
  readonly #dataDir: string
  #delay: IntervalHistogram | null = null
  #facts: Promise<SlowFacts> | null = null
  #readAtMs = Number.NEGATIVE_INFINITY

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** At most ten seconds old. Never fails: what cannot be read is 0 or null. */
  slow(nowMs: number): Promise<SlowFacts> {
    if (this.#facts === null || nowMs - this.#readAtMs > FACTS_AGE_MS_MAX) {
      this.#readAtMs = nowMs
      this.#facts = this.#read()
    }
    return this.#facts
  }

  /** Nobody asks any more: what wakes the process fifty times a second stops until somebody does. */
  rest(): void {
    this.#delay?.disable()
    this.#delay = null
  }

  async #read(): Promise<SlowFacts> {
    const [disk, openFileCount] = await Promise.all([readDisk(this.#dataDir), countOpenFiles()])
    return { ...disk, openFileCount, eventLoopDelaySeconds: this.#readDelay() }
  }

  /** How much later than planned timers came, above the resolution; begins to count when somebody asks. */
  #readDelay(): number {
    if (this.#delay === null) {
      this.#delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
      this.#delay.enable()
      return 0
    }
    const ms = this.#delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS
    this.#delay.reset()
    return Number.isFinite(ms) ? Math.max(0, ms) / 1000 : 0
  }
}

/** Never fails: zeros. */
export async function readDisk(path: string): Promise<DiskFacts> {
  try {
    const { bsize, blocks, bavail, bfree } = await statfs(path)
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize, usedBytes: (blocks - bfree) * bsize }
  } catch {
    return { totalBytes: 0, freeBytes: 0, usedBytes: 0 }
  }
}

async function countOpenFiles(): Promise<number | null> {
  try {
    return (await readdir('/proc/self/fd')).length
  } catch {
    return null
  }
}
