/**
 * The documents of src/client/debug-documents.ts, made of an open engine: by the route of a server, and by commands that
 * have a data directory. Parameters are texts, as they come in a URL.
 */

import { statfsSync } from 'node:fs'
import { release } from 'node:os'
import type { DebugDocuments, DebugLogRecord, DebugName, DebugParams } from '../../client/debug-documents.js'
import { toSnakeNames } from '../../client/read-shape.js'
import {
  type BackupNote,
  checkRecord,
  type FileFacts,
  formatTime,
  readRecordHead,
  splitRecords,
} from '../../engine/index.js'
import { PROGRAM_VERSION } from '../http/versions.js'
import { type DocumentContext, numberParam, tableFilter, timeParam } from './document-context.js'
import { makeCardinality } from './make-cardinality.js'
import { makeBuckets, makeCompact, makeCompaction, makeMerges } from './make-merges.js'
import { makePlan } from './make-plan.js'
import { toFile, toTable } from './table-documents.js'
import { newestNote, toDebugBackup } from './to-debug-backup.js'

type MakeDocument<Name extends DebugName> = (
  context: DocumentContext,
  params: DebugParams,
) => DebugDocuments[Name] | Promise<DebugDocuments[Name]>

const MAKERS: { readonly [Name in DebugName]: MakeDocument<Name> } = {
  server: makeServer,
  manifest: ({ engine }, params) => ({ files: engine.inspection.files().filter(isWanted(params)).map(toFile) }),
  merges: makeMerges,
  buckets: makeBuckets,
  cardinality: makeCardinality,
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
  messages: ({ server }, params) => ({
    lines: server?.activity.logLines.list(Number((timeParam(params, 'start') ?? 0n) / 1_000_000n)) ?? [],
    dropped: server?.activity.logLines.droppedCount ?? 0,
  }),
  configuration: ({ server }) => ({ text: server?.configurationText ?? null }),
  verify: async ({ engine }, params) => {
    const id = Number(numberParam(params, 'id'))
    const gone = !engine.inspection.files().some(({ file }) => file.id === id)
    return { id, fault: gone ? null : await engine.inspection.checkFile(id), gone }
  },
  plan: makePlan,
  compact: makeCompact,
  compaction: makeCompaction,
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

async function makeServer({ engine, startedAtMs, nowNs, server }: DocumentContext): Promise<DebugDocuments['server']> {
  const { inspection } = engine
  const { bavail, blocks, bsize } = statfsSync(inspection.dataDir, { bigint: true })
  const log = await inspection.log()
  const files = inspection.files()
  return {
    version: PROGRAM_VERSION,
    node_version: process.version,
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
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
    backup_age_max_s: server === null || server.backupAgeMsMax === null ? null : server.backupAgeMsMax / 1000,
    stats: toSnakeNames(engine.stats()),
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
  const note = newestNote(notes)
  if (note === null) return null
  return { ...toDebugBackup(note), age_s: Number((nowNs - note.timeNs) / 1_000_000_000n) }
}

const LISTED_MAX = 10_000

/** Of a database that is open, every record was checked when it was opened or written; they are checked again here. */
async function makeLog({ engine }: DocumentContext, params: DebugParams): Promise<DebugDocuments['log']> {
  const from = BigInt(numberParam(params, 'from'))
  const count = Math.min(LISTED_MAX, Number(numberParam(params, 'count')))
  const { type } = params
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
        if (sequence < from || listed.length >= count) continue
        const each = toRecord(record, sequence, flushedSequence)
        if (type === undefined || each.type === type) listed.push(each)
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
  const { kind, timeNs, database, retentionPolicy } = readRecordHead(record)
  return {
    sequence: String(sequence),
    type: kind,
    bytes: record.length,
    time: timeNs === null ? null : formatTime(timeNs),
    database,
    retention_policy: retentionPolicy,
    flushed: sequence <= flushedSequence,
  }
}

function isWanted(params: DebugParams): (facts: FileFacts) => boolean {
  const isWantedTable = tableFilter(params)
  return ({ file: { table } }) => isWantedTable(table)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
