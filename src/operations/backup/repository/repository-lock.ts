/**
 * Who works on a repository. A lock is a small file with the owner's machine and process; its owner touches it every
 * minute. Readers and one writer get along; whoever removes things is alone.
 *
 * There is no compare-and-set on every store, so a lock is taken by writing it and then looking whether anybody else's
 * is there; of two that come at the same moment both may give way, never both stay.
 *
 * A lock is stale when its process on this machine is gone, or when another machine (or this one before it was started, or
 * another container) has not touched it for half an hour.
 */

import { randomUUID } from 'node:crypto'
import { livenessOf, ownIdentity, type ProcessIdentity } from '../../process-identity.js'
import { sleepUnlessAborted } from '../../rate-limiter.js'
import { BackupError } from '../backup-error.js'
import { type BlobStore, MissingBlobError } from '../store/blob-store.js'
import { bytesOf, piecesOf } from '../store/bytes-of.js'

export type LockMode = 'read' | 'write' | 'prune'

const TOUCH_MS = 60_000
const STALE_MS = 30 * 60_000
const RETRY_MS = 1000
/** Writing a lock is refused here; reading a repository is still possible. */
const READ_ONLY_CODES = new Set(['EROFS', 'EACCES', 'EPERM'])

interface LockRecord extends ProcessIdentity {
  readonly mode: LockMode
  readonly since: string
}

export interface LockOptions {
  readonly mode: LockMode
  /** How long to wait for others. */
  readonly waitMs: number
  readonly signal: AbortSignal
}

export class RepositoryLock {
  readonly #store: BlobStore
  readonly #key: string
  readonly #record: LockRecord
  readonly #timer: NodeJS.Timeout
  #touchedMs = Date.now()
  #touching: Promise<void> = Promise.resolve()
  #isLost = false

  private constructor(store: BlobStore, key: string, record: LockRecord) {
    this.#store = store
    this.#key = key
    this.#record = record
    this.#timer = setInterval(() => {
      this.#touching = this.#touch().catch(() => undefined)
    }, TOUCH_MS)
    this.#timer.unref()
  }

  /** Throws `locked` when others do not let go in time. */
  static async take(store: BlobStore, { mode, waitMs, signal }: LockOptions): Promise<RepositoryLock | null> {
    const giveUpAtMs = Date.now() + waitMs
    const record = ownRecord(mode)
    for (;;) {
      signal.throwIfAborted()
      const key = `locks/${randomUUID()}`
      let other = await findOther(store, key, mode)
      if (other === null) {
        try {
          await writeLock(store, key, record)
        } catch (error) {
          if (mode === 'read' && READ_ONLY_CODES.has((error as NodeJS.ErrnoException).code ?? '')) return null
          throw error
        }
        try {
          other = await findOther(store, key, mode)
        } catch (error) {
          await store.remove(key).catch(() => undefined)
          throw error
        }
        if (other === null) return new RepositoryLock(store, key, record)
        await store.remove(key)
      }
      if (Date.now() >= giveUpAtMs) throw lockedError(store, other)
      // Two that gave way to each other do not meet again at once.
      await sleepUnlessAborted(RETRY_MS * (0.5 + Math.random()), signal)
    }
  }

  /** Throws `locked` when somebody took the lock for stale, or may have: what was there may be gone. */
  async confirm(): Promise<void> {
    const isFresh = Date.now() - this.#touchedMs < STALE_MS
    if (isFresh && !this.#isLost && (await this.#store.size(this.#key)) !== null) return
    throw new BackupError(
      'locked',
      `the lock on ${this.#store.location} was taken away while this process stood still`,
      {
        hint: 'run it again; what was copied is used',
      },
    )
  }

  async release(): Promise<void> {
    clearInterval(this.#timer)
    // A touch under way would bring the lock back.
    await this.#touching
    await this.#store.remove(this.#key)
  }

  /** A lock that somebody took away stays away: it would say that nothing has happened. */
  async #touch(): Promise<void> {
    const startedMs = Date.now()
    if ((await this.#store.size(this.#key)) === null) this.#isLost = true
    if (this.#isLost) return
    await writeLock(this.#store, this.#key, this.#record)
    this.#touchedMs = startedMs
  }
}

/** Runs with the lock held. `confirm` is for just before a change that others must not have undermined. */
export async function withLock<T>(
  store: BlobStore,
  options: LockOptions,
  run: (confirm: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const lock = await RepositoryLock.take(store, options)
  try {
    return await run(async () => await lock?.confirm())
  } finally {
    // One that cannot be removed is stale as soon as this process ends, and says nothing about what was done.
    await lock?.release().catch(() => undefined)
  }
}

/** Whether a backup, or a copy to this repository, is under way. */
export async function isBeingWritten(store: BlobStore): Promise<boolean> {
  for await (const { key, modifiedMs } of store.list('locks/')) {
    const record = await readLock(store, key)
    if (record?.mode === 'write' && !isStale(record, modifiedMs)) return true
  }
  return false
}

async function findOther(store: BlobStore, ownKey: string, mode: LockMode): Promise<LockRecord | null> {
  for await (const { key, modifiedMs } of store.list('locks/')) {
    if (key === ownKey) continue
    const record = await readLock(store, key)
    if (
      record === null ||
      (mode !== 'prune' && record.mode !== 'prune' && (mode === 'read' || record.mode === 'read'))
    ) {
      continue
    }
    if (!isStale(record, modifiedMs)) return record
    await store.remove(key)
  }
  return null
}

/** null when it is gone. What cannot be read is somebody's. */
async function readLock(store: BlobStore, key: string): Promise<LockRecord | null> {
  try {
    return JSON.parse((await bytesOf(store.read(key))).toString()) as LockRecord
  } catch (error) {
    if (error instanceof MissingBlobError) return null
    if (!(error instanceof SyntaxError)) throw error
    return { mode: 'prune', host: '?', pid: 0, processStart: null, since: '?' }
  }
}

function isStale(record: LockRecord, touchedMs: number): boolean {
  const liveness = livenessOf(record)
  return liveness === 'gone' || (liveness === 'elsewhere' && Date.now() - touchedMs > STALE_MS)
}

function ownRecord(mode: LockMode): LockRecord {
  return { mode, ...ownIdentity(), since: new Date().toISOString() }
}

function writeLock(store: BlobStore, key: string, record: LockRecord): Promise<void> {
  return store.write(key, piecesOf(Buffer.from(`${JSON.stringify(record)}\n`)))
}

function lockedError(store: BlobStore, { mode, host, pid, since }: LockRecord): BackupError {
  const doing = { read: 'reads', write: 'writes to', prune: 'prunes' } satisfies Record<LockMode, string>
  return new BackupError('locked', `process ${pid} on ${host} ${doing[mode]} ${store.location} since ${since}`, {
    hint: 'wait for it with --wait-lock 10m',
  })
}
