/**
 * Is what a repository holds what was written? Four stages for each set, like pg_verifybackup's, each only when the one
 * before it went well enough to go on:
 *
 *   1 manifest    its own checksum, and that its totals fit
 *   2 files       every blob it names is there, with the right size
 *   3 hashes      SHA-256 of every blob, or of a share of them
 *   4 content     the registry decodes and names the same files; the log is gapless to its end; the footer of every
 *                 Parquet file can be read and tells as many rows as the manifest
 *
 * Nothing is changed but the note of the outcome beside the set.
 */

import { ClientError } from '../../client/client-error.js'
import { decodeRegistry, fileEntryOf, HyperbyteError } from '../../engine/index.js'
import { runParallel } from '../run-parallel.js'
import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import { LogReader, wholeRecords } from './log-records.js'
import { readFooter } from './parquet-footer.js'
import { blobsOf, type Manifest, type ManifestFile } from './repository/manifest.js'
import { blobKey, Repository } from './repository/repository.js'
import { withLock } from './repository/repository-lock.js'
import { readSegments, type SegmentedBlob } from './repository/segments.js'
import type { BlobStore } from './store/blob-store.js'
import { suspectBlobs } from './suspect-blobs.js'

export interface VerifyOptions {
  readonly store: BlobStore
  /** null = every complete set. */
  readonly setId: string | null
  /** Share of the bytes whose hashes are checked: 1 = all. */
  readonly readShare: number
  readonly jobCount: number
  readonly waitLockMs: number
  readonly nowMs: number
  readonly pace: BytePace
}

export type VerifyStage = 'manifest' | 'files' | 'hashes' | 'content'

export interface Fault {
  readonly stage: VerifyStage
  /** Where it is: a key of the repository, or a file's path in the database. */
  readonly name: string
  readonly reason: string
}

export interface SetReport {
  readonly id: string
  readonly faults: readonly Fault[]
  readonly files: number
  readonly checkedBytes: number
}

export interface VerifyOutcome {
  readonly sets: readonly SetReport[]
  /** Of the repository itself. */
  readonly faults: readonly Fault[]
}

export async function verifyRepository(options: VerifyOptions): Promise<VerifyOutcome> {
  const { store, waitLockMs, pace } = options
  const repository = await Repository.open(store)
  return await withLock(store, { mode: 'read', waitMs: waitLockMs, signal: pace.signal }, () =>
    new Verification(options, repository).run(),
  )
}

class Verification {
  readonly #options: VerifyOptions
  readonly #repository: Repository
  /** What is wrong with a blob, by SHA-256; sets share blobs, and each is looked at once. */
  readonly #known = new Map<string, { stage: VerifyStage; reason: string } | null>()
  /** The same for footers: rows that one tells, or what is wrong with it. */
  readonly #footers = new Map<string, { readonly rowCount: number } | { readonly reason: string }>()
  #sizes: ReadonlyMap<string, number> = new Map()
  /** Blobs that were bad the last time. */
  #suspects: ReadonlySet<string> = new Set()

  constructor(options: VerifyOptions, repository: Repository) {
    this.#options = options
    this.#repository = repository
  }

  async run(): Promise<VerifyOutcome> {
    const { setId, pace } = this.#options
    const complete = (await this.#repository.completeSets()).map(({ id }) => id)
    const ids = setId === null ? complete : [setId === 'latest' ? (complete.at(-1) ?? 'latest') : setId]
    if (setId === 'latest' && complete.length === 0) {
      throw new BackupError('missing', `${this.#repository.store.location} has no complete set`)
    }
    // After the sets: whatever they need has been there before them.
    pace.begin('list', null, 0)
    this.#sizes = await this.#repository.blobSizes()
    this.#suspects = await suspectBlobs(this.#repository, ids)
    const sets: SetReport[] = []
    for (const id of ids) {
      pace.signal.throwIfAborted()
      sets.push(await this.#verifySet(id))
    }
    return { sets, faults: setId === null ? await this.#strayFaults() : [] }
  }

  async #verifySet(id: string): Promise<SetReport> {
    let manifest: Manifest
    try {
      manifest = await this.#repository.manifest(id)
    } catch (error) {
      if (!(error instanceof BackupError) || error.kind === 'missing') throw error
      const fault: Fault = { stage: 'manifest', name: `sets/${id}.json`, reason: error.message }
      return { id, faults: [fault], files: 0, checkedBytes: 0 }
    }
    const faults = [...manifestFaults(id, manifest), ...(await this.#noteFaults(id))]
    const checkedBytes = await this.#checkBlobs(manifest)
    for (const [sha256, users] of usersOf(manifest)) {
      const fault = this.#known.get(sha256)
      if (fault != null) for (const name of users) faults.push({ ...fault, name })
    }
    const isBad = (sha256: string) => this.#known.get(sha256) != null
    if (!manifest.registry.segments.some(({ sha256 }) => isBad(sha256)))
      faults.push(...(await this.#registryFaults(manifest)))
    if (!manifest.log.segments.some(({ sha256 }) => isBad(sha256))) faults.push(...(await this.#logFaults(manifest)))
    faults.push(...(await this.#footerFaults(manifest.files.filter(({ sha256 }) => !isBad(sha256)))))
    await this.#note(id, faults, [...blobsOf(manifest).keys()].filter(isBad))
    return { id, faults, files: manifest.files.length, checkedBytes }
  }

  /**
   * Stages 2 and 3 of the blobs that no earlier set had. A share always includes what was bad the last time, so that chance
   * declares nothing good. Returns the bytes that were hashed.
   */
  async #checkBlobs(manifest: Manifest): Promise<number> {
    const { pace, jobCount, readShare } = this.#options
    const present: [string, number][] = []
    for (const [sha256, size] of blobsOf(manifest)) {
      if (this.#known.has(sha256)) continue
      const found = this.#sizes.get(sha256)
      const key = blobKey(sha256)
      const reason = found === undefined ? `${key} is missing` : `${key} has ${found} bytes instead of ${size}`
      this.#known.set(sha256, found === size ? null : { stage: 'files', reason })
      if (found === size) present.push([sha256, size])
    }
    const chosen = chooseShare(present, readShare, this.#suspects)
    let checkedBytes = 0
    pace.begin(
      'verify',
      chosen.reduce((sum, [, size]) => sum + size, 0),
      chosen.length,
    )
    await runParallel(chosen, jobCount, async ([sha256, size]) => {
      const fault = await this.#repository.blobFault(sha256, size, pace.take)
      if (fault !== null) this.#known.set(sha256, { stage: 'hashes', reason: fault })
      checkedBytes += size
      pace.endFile()
    })
    return checkedBytes
  }

  async #registryFaults({ id, registry, files }: Manifest): Promise<Fault[]> {
    const fault = (reason: string): Fault => ({ stage: 'content', name: `registry of ${id}`, reason })
    const named = new Map(files.map((file) => [file.id, file]))
    try {
      for await (const entry of decodeRegistry(this.#stream('registry', registry))) {
        const file = fileEntryOf(entry)
        if (file === null) continue
        if (named.get(file.id)?.sha256 !== file.sha256)
          return [fault(`the manifest does not have its file ${file.path}`)]
        named.delete(file.id)
      }
    } catch (error) {
      return [fault(this.#reasonOf(error))]
    }
    return named.size === 0 ? [] : [fault(`it lacks ${named.size} files of the manifest`)]
  }

  async #logFaults({ id, log }: Manifest): Promise<Fault[]> {
    const fault = (reason: string): Fault => ({ stage: 'content', name: `log of ${id}`, reason })
    const bounds = { flushedSequence: BigInt(log.flushedSequence), lastSequence: BigInt(log.lastSequence) }
    const reader = new LogReader(bounds, null)
    try {
      for await (const _ of reader.read(wholeRecords(this.#stream('log', log))));
    } catch (error) {
      return [fault(this.#reasonOf(error))]
    }
    const { records } = reader.facts()
    return records === log.records ? [] : [fault(`it has ${records} records instead of ${log.records}`)]
  }

  #stream(phase: string, blob: SegmentedBlob): AsyncIterable<Uint8Array> {
    this.#options.pace.begin(phase, blob.unpackedSize, 0)
    return this.#options.pace.pass(readSegments(this.#repository, blob))
  }

  async #footerFaults(files: readonly ManifestFile[]): Promise<Fault[]> {
    const { pace, jobCount } = this.#options
    const faults: Fault[] = []
    const unknown = files.filter(({ sha256 }) => !this.#footers.has(sha256))
    pace.begin('footers', null, unknown.length)
    await runParallel(unknown, jobCount, async ({ sha256, size }) => {
      this.#footers.set(sha256, await this.#readFooter(sha256, size))
      pace.endFile()
    })
    for (const { path, sha256, rows } of files) {
      const footer = this.#footers.get(sha256) ?? { rowCount: rows }
      const reason =
        'reason' in footer
          ? footer.reason
          : footer.rowCount === rows
            ? null
            : `it has ${footer.rowCount} rows instead of ${rows}`
      if (reason !== null) faults.push({ stage: 'content', name: path, reason: `${blobKey(sha256)}: ${reason}` })
    }
    return faults
  }

  async #readFooter(sha256: string, size: number): Promise<{ rowCount: number } | { reason: string }> {
    const { pace } = this.#options
    try {
      return await readFooter(size, async (start, end) => {
        await pace.limit(end - start)
        return await this.#repository.readBlobRange(sha256, start, end)
      })
    } catch (error) {
      return { reason: this.#reasonOf(error) }
    }
  }

  /** The note of an earlier check is part of the repository as well. */
  async #noteFaults(id: string): Promise<Fault[]> {
    try {
      await this.#repository.check(id)
      return []
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
      return [{ stage: 'manifest', name: `sets/${id}.check`, reason: error.message }]
    }
  }

  /** A verdict, unless the reading stopped for another reason than the bytes. */
  #reasonOf(error: unknown): string {
    if (this.#options.pace.signal.aborted || error instanceof ClientError) throw error
    return reasonOf(error)
  }

  /** Blobs that no set names are no harm, but one that is not what its name says is a sign of bad storage. */
  async #strayFaults(): Promise<Fault[]> {
    const { pace, readShare } = this.#options
    const faults: Fault[] = []
    if (readShare < 1) return faults
    for (const [sha256, size] of this.#sizes) {
      if (this.#known.has(sha256)) continue
      const reason = await this.#repository.blobFault(sha256, size, pace.take)
      if (reason !== null) faults.push({ stage: 'hashes', name: blobKey(sha256), reason })
    }
    return faults
  }

  /** A repository that cannot be written to can still be verified. */
  async #note(id: string, faults: readonly Fault[], bad: readonly string[]): Promise<void> {
    const { nowMs, readShare, pace } = this.#options
    const check = { time: new Date(nowMs).toISOString(), isGood: faults.length === 0, readShare, bad }
    await this.#repository
      .writeCheck(id, check)
      .catch((error) => pace.warn(`the outcome could not be noted: ${reasonOf(error)}`))
  }
}

function manifestFaults(id: string, manifest: Manifest): Fault[] {
  if (manifest.id === id) return []
  return [{ stage: 'manifest', name: `sets/${id}.json`, reason: `it is the manifest of ${manifest.id}` }]
}

/** SHA-256 → what it is to the set. */
function usersOf({ id, files, registry, log }: Manifest): Map<string, string[]> {
  const users = new Map<string, string[]>()
  const add = (sha256: string, name: string): void => {
    const known = users.get(sha256)
    if (known === undefined) users.set(sha256, [name])
    else known.push(name)
  }
  for (const { sha256, path } of files) add(sha256, path)
  for (const { sha256 } of registry.segments) add(sha256, `registry of ${id}`)
  for (const { sha256 } of log.segments) add(sha256, `log of ${id}`)
  return users
}

/** Another part each time, so that regular checks of a share see everything sooner or later. */
function chooseShare(
  blobs: readonly [string, number][],
  share: number,
  suspects: ReadonlySet<string>,
): readonly [string, number][] {
  if (share >= 1) return blobs
  const total = blobs.reduce((sum, [, size]) => sum + size, 0)
  const shuffled = blobs.map((blob) => ({ blob, order: Math.random() })).sort((a, b) => a.order - b.order)
  const chosen = blobs.filter(([sha256]) => suspects.has(sha256))
  let bytes = 0
  for (const { blob } of shuffled) {
    if (bytes >= total * share) break
    bytes += blob[1]
    if (!suspects.has(blob[0])) chosen.push(blob)
  }
  return chosen
}

function reasonOf(error: unknown): string {
  if (error instanceof BackupError || error instanceof HyperbyteError || error instanceof Error) return error.message
  return String(error)
}
