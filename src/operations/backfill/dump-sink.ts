/**
 * Slices into files of line protocol, gzip, one for each, with the directives that `influx -import` wants: a dump can be
 * loaded by us, by InfluxDB's own shell, or looked at. A file has its name only when it is whole and on disk.
 */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'
import { encodeLines } from '../../client/encode-line-protocol.js'
import { makeDirectory, type PointColumns, syncPath } from '../../engine/index.js'
import type { RejectedLines } from '../rejected-lines.js'
import type { SliceSink } from './copy-slice.js'
import type { Slice } from './work-list.js'

export interface DumpSinkOptions {
  readonly directory: string
  readonly database: string
  readonly slice: Slice
  readonly rejected: RejectedLines
}

/** `data/autogen/cpu/-604800000000000_0.lp.gz`, relative to the dump. */
export function dumpFileOf({ retentionPolicy, measurement, startNs, endNs }: Slice): string {
  return join('data', encodeName(retentionPolicy), encodeName(measurement), `${startNs}_${endNs}.lp.gz`)
}

export class DumpSink implements SliceSink {
  readonly #options: DumpSinkOptions
  readonly #path: string
  #gzip: Gzip | null = null
  /** Directories with names that are not on disk yet. */
  #unsynced: readonly string[] = []
  #written: Promise<void> = Promise.resolve()

  constructor(options: DumpSinkOptions) {
    this.#options = options
    this.#path = join(options.directory, dumpFileOf(options.slice))
  }

  async write(columns: PointColumns): Promise<void> {
    const gzip = await this.#open()
    const { lines, unspelledCount } = encodeLines(columns)
    this.#options.rejected.addCount('a name that line protocol cannot spell', unspelledCount)
    if (lines.length === 0 || gzip.write(lines.join('\n') + '\n')) return
    // A file that fails takes nothing more: the wait for it would have no end.
    await Promise.race([once(gzip, 'drain'), this.#written])
  }

  /** A dump keeps every value as the source has it. */
  skip(): void {}

  async finish(): Promise<void> {
    const gzip = await this.#open()
    gzip.end()
    await this.#written
    await syncPath(`${this.#path}.partial`)
    await rename(`${this.#path}.partial`, this.#path)
    // Before the journal says that it is there.
    for (const directory of [dirname(this.#path), ...this.#unsynced]) await syncPath(directory)
  }

  async abandon(): Promise<void> {
    this.#gzip?.destroy()
    await this.#written.catch(() => {})
    await rm(`${this.#path}.partial`, { force: true })
  }

  async #open(): Promise<Gzip> {
    if (this.#gzip !== null) return this.#gzip
    this.#unsynced = await makeDirectory(dirname(this.#path))
    const gzip = createGzip({ level: 1 })
    this.#written = pipeline(gzip, createWriteStream(`${this.#path}.partial`))
    this.#written.catch(() => {})
    const { database, slice } = this.#options
    gzip.write(`# DML\n# CONTEXT-DATABASE: ${database}\n# CONTEXT-RETENTION-POLICY: ${slice.retentionPolicy}\n`)
    this.#gzip = gzip
    return gzip
  }
}

/** A name as a folder: everything but letters, digits and `-_` as percent codes. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(
    /[.!~*'()]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
