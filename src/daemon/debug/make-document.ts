/**
 * The documents of src/client/debug-documents.ts, made of an open engine: by the route of a server, and by commands that
 * have a data directory. Parameters are texts, as they come in a URL.
 */

import { statfsSync } from 'node:fs'
import type {
  DebugAnalysis,
  DebugDocuments,
  DebugDoneMerge,
  DebugFile,
  DebugLogRecord,
  DebugMerge,
  DebugName,
  DebugParams,
  DebugTable,
} from '../../client/debug-documents.js'
import {
  type BackupNote,
  checkRecord,
  type DoneMerge,
  type Engine,
  type FileEntry,
  type FileFacts,
  formatTime,
  HyperbyteError,
  type PlannedMerge,
  readRecordHead,
  splitRecords,
  type TableName,
} from '../../engine/index.js'
import { PROGRAM_VERSION } from '../http/versions.js'
import { toDebugBackup } from './to-debug-backup.js'

export interface DocumentContext {
  readonly engine: Engine
  readonly nowNs: () => bigint
  /** Null when the engine was opened only to be looked at. */
  readonly startedAtMs: number | null
  readonly signal: AbortSignal
}

type MakeDocument<Name extends DebugName> = (
  context: DocumentContext,
  params: DebugParams,
) => DebugDocuments[Name] | Promise<DebugDocuments[Name]>

const MAKERS: { readonly [Name in DebugName]: MakeDocument<Name> } = {
  server: makeServer,
  manifest: ({ engine }, params) => ({ files: engine.inspection.files().filter(isWanted(params)).map(toFile) }),
  merges: ({ engine }, params) => ({
    merges: engine.inspection.plannedMerges().filter(isWantedMerge(params)).map(toMerge),
  }),
  cardinality: ({ engine }) => ({
    measurements: engine.inspection.cardinality().map(({ database, measurement, seriesCount, tags }) => ({
      database,
      measurement,
      series: seriesCount,
      tags: tags.map(({ key, valueCount }) => ({ key, values: valueCount })),
    })),
  }),
  types: ({ engine }) => ({
    types: engine.inspection.fieldTypes().map(({ startNs, endNs, field, type, ...table }) => ({
      ...toTable(table),
      field,
      type,
      start: formatTime(startNs),
      end: formatTime(endNs),
    })),
  }),
  log: makeLog,
  verify: async ({ engine }, params) => {
    const id = Number(params['id'])
    return { id, fault: await engine.inspection.checkFile(id) }
  },
  plan: makePlan,
  compact: async ({ engine }, params) => {
    const done = await engine.mergeNext(isWantedMerge(params))
    return { merge: done === null ? null : toDoneMerge(done) }
  },
}

export const DEBUG_NAMES = Object.keys(MAKERS) as readonly DebugName[]

export function isDebugName(name: string): name is DebugName {
  return Object.hasOwn(MAKERS, name)
}

/** Throws what the engine throws; `invalid` for parameters that are none. */
export async function makeDocument<Name extends DebugName>(
  name: Name,
  context: DocumentContext,
  params: DebugParams,
): Promise<DebugDocuments[Name]> {
  return await MAKERS[name](context, params)
}

/** For JSON: what does not fit a number becomes text. */
export function printDocument(document: unknown): string {
  return JSON.stringify(document, (_key, value) => {
    if (typeof value === 'bigint') return String(value)
    if (value instanceof Map) return Object.fromEntries(value)
    return value instanceof Set ? [...value] : value
  })
}

async function makeServer({ engine, startedAtMs, nowNs }: DocumentContext): Promise<DebugDocuments['server']> {
  const { inspection } = engine
  const { bavail, blocks, bsize } = statfsSync(inspection.dataDir, { bigint: true })
  const log = await inspection.log()
  const files = inspection.files()
  return {
    version: PROGRAM_VERSION,
    pid: process.pid,
    uptime_s: startedAtMs === null ? null : Math.round((Date.now() - startedAtMs) / 1000),
    data_dir: inspection.dataDir,
    disk_free_bytes: String(bavail * bsize),
    disk_total_bytes: String(blocks * bsize),
    memory_rss_bytes: process.memoryUsage.rss(),
    log_sequence: String(log.lastSequence),
    log_flushed_sequence: String(log.flushedSequence),
    durability: log.durability,
    last_backup: lastBackup(engine.backups.list(), nowNs()),
    stats: { ...engine.stats() },
    databases: [...engine.catalog.meta.databases.values()].map(({ name, retentionPolicies }) => {
      const own = files.filter(({ file }) => file.table.database === name)
      return {
        name,
        policies: retentionPolicies.map((policy) => policy.name),
        files: own.length,
        bytes: sum(own.map(({ file }) => file.byteCount)),
      }
    }),
  }
}

/** `notes`: newest first. */
function lastBackup(notes: readonly BackupNote[], nowNs: bigint): DebugDocuments['server']['last_backup'] {
  const note = notes.find(({ covers }) => covers === 'all') ?? notes[0]
  if (note === undefined) return null
  return { ...toDebugBackup(note), age_s: Number((nowNs - note.timeNs) / 1_000_000_000n) }
}

const LISTED_MAX = 10_000

/** Of a database that is open, every record was checked when it was opened or written; they are checked again here. */
async function makeLog({ engine }: DocumentContext, params: DebugParams): Promise<DebugDocuments['log']> {
  const from = BigInt(numberParam(params, 'from'))
  const count = Math.min(LISTED_MAX, Number(numberParam(params, 'count')))
  const checkpoint = await engine.checkpoint()
  try {
    const { flushedSequence, lastSequence } = checkpoint.info
    const listed: DebugLogRecord[] = []
    let records = 0
    let bytes = 0
    let lastGood = flushedSequence
    let damage: DebugDocuments['log']['damage'] = null
    for await (const piece of checkpoint.wal()) {
      bytes += piece.length
      for (const record of splitRecords(piece)) {
        const sequence = checkRecord(record)
        if (sequence === null) {
          damage ??= {
            last_good_sequence: String(lastGood),
            reason: `a record after number ${lastGood} is damaged`,
            lost_bytes: record.length,
          }
          break
        }
        records++
        if (sequence > lastGood) lastGood = sequence
        if (sequence >= from && listed.length < count) listed.push(toRecord(record, sequence, flushedSequence))
      }
    }
    return {
      flushed_sequence: String(flushedSequence),
      last_sequence: String(lastSequence),
      records,
      bytes,
      listed,
      damage,
    }
  } finally {
    await checkpoint.release()
  }
}

function toRecord(record: Uint8Array, sequence: bigint, flushedSequence: bigint): DebugLogRecord {
  const { timeNs, database, retentionPolicy } = readRecordHead(record)
  return {
    sequence: String(sequence),
    bytes: record.length,
    time: timeNs === null ? null : formatTime(timeNs),
    database,
    retention_policy: retentionPolicy,
    flushed: sequence <= flushedSequence,
  }
}

async function makePlan(context: DocumentContext, params: DebugParams): Promise<DebugDocuments['plan']> {
  const { engine, nowNs } = context
  const startMs = performance.now()
  const request = {
    text: params['q'] ?? '',
    database: params['db'] ?? '',
    retentionPolicy: params['rp'] ?? '',
    nowNs: nowNs(),
  }
  const plans = engine.inspection.planQuery(request).map(({ statement, text, select }) => ({
    statement,
    text,
    reads:
      select?.reads.map(({ table, range, expression, auxiliary, seriesCount, memoryRowCount, files }) => ({
        ...toTable(table),
        expression,
        auxiliary,
        start: formatTime(range.startNs),
        end: formatTime(range.endNs),
        series: seriesCount,
        memory_rows: memoryRowCount,
        files: files.map((file) => toFile({ file, hiddenCount: 0 })),
      })) ?? null,
  }))
  const planningMs = performance.now() - startMs
  if (params['analyze'] !== 'true') return { plans, analysis: null }
  if (plans.some(({ reads }) => reads === null)) {
    throw new HyperbyteError('invalid', 'only SELECT statements can be analysed')
  }
  return { plans, analysis: { planning_ms: planningMs, ...(await analyse(context, request)) } }
}

interface AnalysedRequest {
  readonly text: string
  readonly database: string
  readonly retentionPolicy: string
  readonly nowNs: bigint
}

async function analyse(
  { engine, signal }: DocumentContext,
  request: AnalysedRequest,
): Promise<Omit<DebugAnalysis, 'planning_ms'>> {
  const sql: string[] = []
  const startMs = performance.now()
  let rows = 0
  let series = 0
  let failure: string | null = null
  const events = engine.query({
    ...request,
    params: null,
    isReadOnlyContext: true,
    limits: { maxSelectPoint: 0, maxSelectSeries: 0, maxSelectBuckets: 0, maxRowLimit: 0, timeoutMs: 0 },
    authorizer: null,
    signal,
    onSql: (text) => sql.push(text),
  })
  for await (const event of events) {
    if (event.kind === 'frame') {
      rows += event.frame.rowCount
      if (!event.frame.isPartial) series++
    } else failure ??= event.error
  }
  return { running_ms: performance.now() - startMs, rows, series, sql, error: failure }
}

/** Digits, '0' when absent. */
function numberParam(params: DebugParams, name: string): string {
  const text = params[name] ?? '0'
  if (/^\d{1,18}$/.test(text)) return text
  throw new HyperbyteError('invalid', `${name}=${text} is no number`)
}

/** Nanoseconds since 1970, null when absent. */
function timeParam(params: DebugParams, name: string): bigint | null {
  const text = params[name]
  if (text === undefined) return null
  if (/^-?\d{1,19}$/.test(text)) return BigInt(text)
  throw new HyperbyteError('invalid', `${name}=${text} is no time in nanoseconds`)
}

function isWanted(params: DebugParams): (facts: FileFacts) => boolean {
  const isWantedTable = tableFilter(params)
  return ({ file: { table } }) => isWantedTable(table)
}

/** Of a range `[start, end)`: merges that read a file which has rows there. */
function isWantedMerge(params: DebugParams): (merge: PlannedMerge) => boolean {
  const isWantedTable = tableFilter(params)
  const startNs = timeParam(params, 'start')
  const endNs = timeParam(params, 'end')
  const isInRange = ({ minNs, maxNs }: FileEntry) =>
    (startNs === null || maxNs >= startNs) && (endNs === null || minNs < endNs)
  return ({ table, files }) => isWantedTable(table) && files.some(isInRange)
}

function tableFilter({ db, rp, measurement }: DebugParams): (table: TableName) => boolean {
  return (table) =>
    (db === undefined || table.database === db) &&
    (rp === undefined || table.retentionPolicy === rp) &&
    (measurement === undefined || table.measurement === measurement)
}

function toMerge({ table, bucketStartNs, files, reason }: PlannedMerge): DebugMerge {
  return {
    ...toTable(table),
    bucket: formatTime(bucketStartNs),
    files: files.map(({ path }) => path),
    rows: sum(files.map(({ rowCount }) => rowCount)),
    bytes: sum(files.map(({ byteCount }) => byteCount)),
    reason,
  }
}

function toDoneMerge(done: DoneMerge): DebugDoneMerge {
  const { output, elapsedMs } = done
  return {
    ...toMerge(done),
    written_file: output?.path ?? null,
    written_bytes: output?.byteCount ?? 0,
    elapsed_s: Math.round(elapsedMs) / 1000,
  }
}

function toTable({ database, retentionPolicy, measurement }: TableName): DebugTable {
  return { database, retention_policy: retentionPolicy, measurement }
}

function toFile({ file, hiddenCount }: { readonly file: FileEntry; readonly hiddenCount: number }): DebugFile {
  return {
    ...toTable(file.table),
    id: file.id,
    path: file.path,
    bucket: formatTime(file.bucketStartNs),
    level: file.level,
    rows: file.rowCount,
    bytes: file.byteCount,
    min_time: formatTime(file.minNs),
    max_time: formatTime(file.maxNs),
    min_sequence: String(file.minSequence),
    max_sequence: String(file.maxSequence),
    origin: file.origin,
    sha256: file.sha256,
    late: file.late !== null,
    hidden: hiddenCount,
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
