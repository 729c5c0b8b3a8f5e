/**
 * The whole database as of one moment, for those who copy it: what a crash at that moment would have left on disk.
 * Registry and log are LevelDB snapshots taken in one turn of the event loop, and files never change; a replay of the
 * log over the files is therefore exactly the rows that were acknowledged then. Writes, flushes and merges go on.
 *
 * A snapshot of LevelDB keeps the space of everything that is deleted after it, so the registry and the log can be read
 * once, and let go of their snapshots when they have been. Files stay until `release`.
 */

import { createReadStream } from 'node:fs'
import path from 'node:path'
import { HyperbyteError } from './domain/errors.js'
import type { EngineState } from './engine-state.js'
import type { RegistrySnapshot } from './registry/meta-store.js'
import { encodeRegistry } from './registry/registry-dump.js'
import type { WalSnapshot } from './wal/wal.js'

const FILE_READ_BYTES = 2 ** 20

export interface CheckpointInfo {
  /** Which database this is, through restarts and restores: 32 hex digits. */
  readonly instanceId: string
  /** The node it was taken on; 0 on a single node. */
  readonly nodeId: number
  readonly timeNs: bigint
  /** Absolute, on the machine of the database: the paths of the registry's files begin here. They stay until `release`. */
  readonly filesIn: string
  /** Everything up to here is in the files. */
  readonly flushedSequence: bigint
  /** The log goes to here; equal to `flushedSequence` when it is empty. */
  readonly lastSequence: bigint
  readonly fileCount: number
  readonly fileByteCount: number
}

export interface Checkpoint {
  readonly info: CheckpointInfo
  /** Every entry of the registry, as registry-dump.ts encodes them. Once. */
  registry(): AsyncIterable<Uint8Array>
  /** The log behind the files: records one behind the other, the first of them may be flushed already. Once. */
  wal(): AsyncIterable<Uint8Array>
  /** Bytes of a Parquet file that the registry lists. Throws `invalid` for any other id. */
  file(id: number): AsyncIterable<Uint8Array>
  /** Idempotent. */
  release(): Promise<void>
}

export async function openCheckpoint(state: EngineState, instanceId: string): Promise<Checkpoint> {
  const { stores, storage, options } = state
  const hold = storage.holdFiles()
  const opened: { close(): Promise<void> }[] = []
  try {
    const registry = stores.metaStore.snapshot()
    opened.push(registry)
    const wal = stores.wal.snapshot()
    opened.push(wal)
    const timeNs = options.nowNs()
    const paths = new Map<number, string>()
    let fileByteCount = 0
    for await (const file of registry.files()) {
      paths.set(file.id, state.dataPath(file.path))
      fileByteCount += file.byteCount
    }
    hold.keepOnly([...paths.keys()])
    const flushedSequence = await registry.flushedSequence()
    const lastSequence = wal.lastSequence > flushedSequence ? wal.lastSequence : flushedSequence
    const fileCount = paths.size
    const filesIn = path.resolve(state.dataPath())
    const info = { instanceId, nodeId: 0, timeNs, filesIn, flushedSequence, lastSequence, fileCount, fileByteCount }
    return new LocalCheckpoint(info, { registry, wal, paths, releaseFiles: hold.release })
  } catch (error) {
    hold.release()
    for (const snapshot of opened) await snapshot.close()
    throw error
  }
}

interface CheckpointParts {
  readonly registry: RegistrySnapshot
  readonly wal: WalSnapshot
  readonly paths: ReadonlyMap<number, string>
  readonly releaseFiles: () => void
}

class LocalCheckpoint implements Checkpoint {
  readonly info: CheckpointInfo
  readonly #parts: CheckpointParts
  #isReleased = false

  constructor(info: CheckpointInfo, parts: CheckpointParts) {
    this.info = info
    this.#parts = parts
  }

  async *registry(): AsyncGenerator<Uint8Array> {
    const { registry } = this.#parts
    try {
      yield* encodeRegistry(registry.entries())
    } finally {
      await registry.close()
    }
  }

  async *wal(): AsyncGenerator<Uint8Array> {
    const { wal } = this.#parts
    try {
      yield* wal.records(this.info.flushedSequence)
    } finally {
      await wal.close()
    }
  }

  file(id: number): AsyncIterable<Uint8Array> {
    const file = this.#isReleased ? undefined : this.#parts.paths.get(id)
    if (file === undefined) throw new HyperbyteError('invalid', `the checkpoint has no file ${id}`)
    return createReadStream(file, { highWaterMark: FILE_READ_BYTES })
  }

  async release(): Promise<void> {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#parts.releaseFiles()
    await this.#parts.registry.close()
    await this.#parts.wal.close()
  }
}
