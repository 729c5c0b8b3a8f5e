/**
 * Line protocol, with or without the directives of `influx_inspect export`, into a target: bodies of whole lines, one
 * after the other in their order (of two values for one point the later one counts), the next one read while one is stored.
 */

import { ClientError } from '../../client/client-error.js'
import { findRejected, isRefusal } from '../../client/find-rejected.js'
import { LineSplitter } from '../../client/split-lines.js'
import type { Target } from '../../client/target.js'
import { ask } from '../ask.js'
import { quoteName } from '../backfill/influxql-text.js'
import type { RateLimiter } from '../rate-limiter.js'
import type { RejectedLines } from '../rejected-lines.js'
import { retryBusy } from '../retry-busy.js'
import { type ExportContext, type ExportPart, ExportSections } from './export-sections.js'
import { countLines, LineCutter } from './line-cutter.js'

export interface ImportLinesOptions {
  readonly pieces: AsyncIterable<Buffer>
  /** null: read and count only. */
  readonly target: Target | null
  readonly start: ImportPosition
  readonly precision: string
  readonly isCompressed: boolean
  readonly bodyBytes: number
  /** Of lines. */
  readonly limiter: RateLimiter | null
  /** Statements of DDL sections are carried out, and databases and policies that directives name are created. */
  readonly areStatementsRun: boolean
  /** All points go to this database, whatever directives say; null = where they say. */
  readonly databaseOverride: string | null
  readonly rejected: RejectedLines
  readonly signal: AbortSignal
  /** Called when everything before `position` is stored. */
  readonly onStored: (position: ImportPosition, tally: ImportTally) => void
}

/** Where in the unpacked bytes, and what directives said before. */
export interface ImportPosition extends ExportContext {
  readonly byteCount: number
}

export interface ImportTally {
  readonly lineCount: number
  /** Statements of DDL sections. */
  readonly statementCount: number
  readonly byteCount: number
}

/** Throws what the target throws, and the signal's reason. */
export async function importLines(options: ImportLinesOptions): Promise<ImportTally> {
  const { start, signal, onStored } = options
  const sections = new ExportSections(start)
  const places = new Set<string>()
  let byteCount = start.byteCount
  let lineCount = 0
  let statementCount = 0
  let storing: Promise<void> = Promise.resolve()
  // A failure is met where the next body waits for this one.
  const settle = async () => await storing
  for await (const body of cutBodies(skipBytes(options.pieces, start.byteCount), options.bodyBytes)) {
    await settle()
    signal.throwIfAborted()
    const parts = [...sections.split(body)]
    const lines = parts.reduce((sum, part) => sum + (part.kind === 'points' ? countLines(part.body) : 0), 0)
    await options.limiter?.take(lines, signal)
    const position = { ...sections.context, byteCount: byteCount + body.length }
    byteCount = position.byteCount
    lineCount += lines
    statementCount += parts.filter(({ kind }) => kind === 'statement').length
    const tally = { lineCount, statementCount, byteCount: byteCount - start.byteCount }
    storing = storeParts(parts, places, options).then(() => onStored(position, tally))
    storing.catch(() => {})
  }
  await settle()
  return { lineCount, statementCount, byteCount: byteCount - start.byteCount }
}

async function* cutBodies(pieces: AsyncIterable<Buffer>, bodyBytes: number): AsyncGenerator<Buffer> {
  const cutter = new LineCutter(bodyBytes)
  for await (const piece of pieces) {
    const body = cutter.push(piece)
    if (body !== null) yield body
  }
  const rest = cutter.finish()
  if (rest.length > 0) yield rest
}

async function* skipBytes(pieces: AsyncIterable<Buffer>, byteCount: number): AsyncGenerator<Buffer> {
  let left = byteCount
  for await (const piece of pieces) {
    if (left < piece.length) yield left === 0 ? piece : piece.subarray(left)
    left = Math.max(0, left - piece.length)
  }
}

/** `places`: databases and policies that are known to be there. */
async function storeParts(
  parts: readonly ExportPart[],
  places: Set<string>,
  options: ImportLinesOptions,
): Promise<void> {
  const { target, areStatementsRun, databaseOverride } = options
  for (const part of parts) {
    if (part.kind === 'statement') {
      // With another database than the file's, what the file makes is not wanted.
      if (target !== null && areStatementsRun && databaseOverride === null) await runStatement(target, part.text)
      continue
    }
    const database = databaseOverride ?? part.database
    if (target !== null && areStatementsRun) await makePlace(target, places, database, part.retentionPolicy)
    await storePoints({ ...part, database }, options)
  }
}

async function makePlace(target: Target, places: Set<string>, database: string, policy: string): Promise<void> {
  const place = `${database}\0${policy}`
  if (database === '' || places.has(place)) return
  await ask(target, `CREATE DATABASE ${quoteName(database)}`)
  const policies = await ask(target, `SHOW RETENTION POLICIES ON ${quoteName(database)}`)
  if (policy !== '' && !policies.some(({ values }) => values['name'] === policy)) {
    const name = `${quoteName(policy)} ON ${quoteName(database)}`
    await ask(target, `CREATE RETENTION POLICY ${name} DURATION INF REPLICATION 1`)
  }
  places.add(place)
}

/** What exists already is as good as made. */
async function runStatement(target: Target, text: string): Promise<void> {
  try {
    await ask(target, text)
  } catch (error) {
    if (!(error instanceof ClientError) || error.kind !== 'conflict') throw error
  }
}

async function storePoints(
  { database, retentionPolicy, body }: Extract<ExportPart, { kind: 'points' }>,
  { target, precision, isCompressed, rejected, signal }: ImportLinesOptions,
): Promise<void> {
  if (database === '') throw new ClientError('rejected', 'the file names no database for its points')
  if (target === null) return
  const place = { database, retentionPolicy, precision, isCompressed }
  const write = (bytes: Uint8Array) => retryBusy(() => target.write({ ...place, body: bytes }), signal)
  try {
    await write(body)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const splitter = new LineSplitter()
    const lines = [...splitter.push(body.toString()), ...splitter.finish()]
    await findRejected(lines, error.message, {
      send: (part) => write(Buffer.from(part.join('\n') + '\n')),
      onRejected: ({ line, reason }) => rejected.add(line, reason),
    })
  }
}
