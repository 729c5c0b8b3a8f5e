/**
 * Checkpoints that clients are copying. Each holds files on disk that would otherwise be removed, so one whose client is
 * not heard of any more is let go.
 */

import { randomBytes } from 'node:crypto'
import type { Checkpoint, Engine, EngineLog } from '../../engine/index.js'

/** A client asks for something, or just says that it is there, more often than this. */
export const CHECKPOINT_EXPIRY_MS = 10 * 60_000
/** Several backups to several places at once; a client that forgets to release does not collect more. */
const OPEN_COUNT_MAX = 16
/** Clients that were killed leave checkpoints: where there are too many, one that is silent for so long makes room. */
const SILENT_MS_MAX = 15_000
const SWEEP_MS = 15_000

interface Session {
  readonly checkpoint: Checkpoint
  heardAtMs: number
  /** Answers being sent. */
  streamCount: number
}

export class CheckpointSessions {
  readonly #engine: Engine
  readonly #log: EngineLog
  readonly #expiryMs: number
  readonly #sessions = new Map<string, Session>()
  #openingCount = 0
  #timer: NodeJS.Timeout | null = null

  constructor(engine: Engine, log: EngineLog, expiryMs: number = CHECKPOINT_EXPIRY_MS) {
    this.#engine = engine
    this.#log = log
    this.#expiryMs = expiryMs
  }

  /** null when too many are open. */
  async open(): Promise<{ id: string; checkpoint: Checkpoint } | null> {
    if (this.#sessions.size + this.#openingCount >= OPEN_COUNT_MAX) await this.#makeRoom()
    if (this.#sessions.size + this.#openingCount >= OPEN_COUNT_MAX) return null
    const id = randomBytes(16).toString('hex')
    this.#openingCount++
    const checkpoint = await this.#engine.checkpoint().finally(() => this.#openingCount--)
    this.#sessions.set(id, { checkpoint, heardAtMs: performance.now(), streamCount: 0 })
    if (this.#timer === null) {
      this.#timer = setInterval(() => this.#sweep(), Math.min(SWEEP_MS, this.#expiryMs))
      this.#timer.unref()
    }
    return { id, checkpoint }
  }

  /** undefined when it never was, was released or has expired. Counts as a sign of life. */
  find(id: string): Checkpoint | undefined {
    const session = this.#sessions.get(id)
    if (session !== undefined) session.heardAtMs = performance.now()
    return session?.checkpoint
  }

  /** While something is sent, the checkpoint stays. */
  async whileSending(id: string, send: () => Promise<void>): Promise<void> {
    const session = this.#sessions.get(id)
    if (session === undefined) return
    session.streamCount++
    try {
      await send()
    } finally {
      session.streamCount--
      session.heardAtMs = performance.now()
    }
  }

  async release(id: string): Promise<void> {
    const session = this.#sessions.get(id)
    this.#sessions.delete(id)
    await session?.checkpoint.release()
    if (this.#sessions.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  async releaseAll(): Promise<void> {
    for (const id of [...this.#sessions.keys()]) await this.release(id)
  }

  async #makeRoom(): Promise<void> {
    const silentSinceMs = performance.now() - Math.min(SILENT_MS_MAX, this.#expiryMs)
    const silent = [...this.#sessions].filter(
      ([, { heardAtMs, streamCount }]) => streamCount === 0 && heardAtMs <= silentSinceMs,
    )
    const [longest] = silent.sort(([, a], [, b]) => a.heardAtMs - b.heardAtMs)
    if (longest === undefined) return
    this.#log.warn('a checkpoint makes room for another: its client is silent', { checkpoint: longest[0] })
    await this.release(longest[0])
  }

  #sweep(): void {
    const oldestMs = performance.now() - this.#expiryMs
    for (const [id, { heardAtMs, streamCount }] of this.#sessions) {
      if (streamCount > 0 || heardAtMs > oldestMs) continue
      this.#log.warn('a checkpoint has expired: its client was not heard of any more', { checkpoint: id })
      this.release(id).catch((error) => this.#log.error('could not release a checkpoint', { error }))
    }
  }
}
