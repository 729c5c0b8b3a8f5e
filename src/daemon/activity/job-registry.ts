/** Long work that a server does, while it runs and for a while after: what it is, how far it is, how it ended. */

export type JobState = 'running' | 'done' | 'failed' | 'cancelled'

export interface JobInfo {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly state: JobState
  /** 0…1; null = not known. */
  readonly progress: number | null
  readonly doneBytes: number
  readonly totalBytes: number
  /** RFC 3339, UTC; '' = not yet. */
  readonly startedAt: string
  readonly endedAt: string
  /** At the mean rate so far; null = not known. */
  readonly etaSeconds: number | null
  /** What went wrong, or what came of it. */
  readonly message: string
}

export interface JobStart {
  /** `compaction`, `backup`, … */
  readonly kind: string
  readonly title: string
  /** 0 = not known. */
  readonly totalBytes: number
  /** Asks the work to stop; null = it cannot. */
  readonly cancel: (() => void) | null
}

export interface JobHandle {
  readonly id: string
  /** In all, not since the last call. */
  progress(doneBytes: number): void
  end(state: Exclude<JobState, 'running'>, message: string): void
}

interface Entry extends JobStart {
  readonly id: string
  readonly startedMs: number
  state: JobState
  doneBytes: number
  endedMs: number
  message: string
}

const ENDED_COUNT_MAX = 50

export class JobRegistry {
  readonly #nowMs: () => number
  readonly #entries = new Map<string, Entry>()
  #lastId = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  start(start: JobStart): JobHandle {
    const id = String(++this.#lastId)
    const entry: Entry = {
      ...start,
      id,
      startedMs: this.#nowMs(),
      state: 'running',
      doneBytes: 0,
      endedMs: 0,
      message: '',
    }
    this.#entries.set(id, entry)
    return {
      id,
      progress: (doneBytes) => {
        entry.doneBytes = doneBytes
      },
      end: (state, message) => {
        if (entry.state !== 'running') return
        entry.state = state
        entry.message = message
        entry.endedMs = this.#nowMs()
        this.#forgetOldest()
      },
    }
  }

  /** In order of their start. */
  list(): readonly JobInfo[] {
    return [...this.#entries.values()].map((entry) => infoOf(entry, this.#nowMs()))
  }

  isRunning(kind: string): boolean {
    return [...this.#entries.values()].some((entry) => entry.kind === kind && entry.state === 'running')
  }

  /** What is wrong, or null when the job has been asked to stop. */
  cancel(id: string): string | null {
    const entry = this.#entries.get(id)
    if (entry === undefined) return `there is no job ${id}`
    if (entry.state !== 'running') return `job ${id} has ended`
    if (entry.cancel === null) return `a ${entry.kind} cannot be cancelled`
    entry.cancel()
    return null
  }

  #forgetOldest(): void {
    const ended = [...this.#entries.values()].filter(({ state }) => state !== 'running')
    for (const { id } of ended.slice(0, Math.max(0, ended.length - ENDED_COUNT_MAX))) this.#entries.delete(id)
  }
}

function infoOf({ cancel: _cancel, startedMs, endedMs, ...entry }: Entry, nowMs: number): JobInfo {
  const { totalBytes, doneBytes, state } = entry
  const share = totalBytes === 0 ? null : Math.min(1, doneBytes / totalBytes)
  const isRunning = state === 'running'
  const left = share === null || share === 0 ? null : ((nowMs - startedMs) / 1000) * (1 / share - 1)
  return {
    ...entry,
    progress: state === 'done' ? 1 : share,
    startedAt: new Date(startedMs).toISOString(),
    endedAt: isRunning ? '' : new Date(endedMs).toISOString(),
    etaSeconds: isRunning ? left : null,
  }
}
