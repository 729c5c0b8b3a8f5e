/** The log of a running server through the server, of a stopped one from the directory itself, even when it is damaged. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DebugLog, DebugLogRecord } from '../../client/debug-documents.js'
import type { TargetFlagValues } from '../open-target.js'
import { OperationError } from '../operation-error.js'
import { withDebugSource } from './debug-source.js'

export interface ListedRecords {
  readonly from: string
  readonly count: number
  readonly type?: string
}

export async function readLog(flags: TargetFlagValues, wanted: ListedRecords): Promise<DebugLog> {
  const dataDir = flags['data-dir']
  if (dataDir !== undefined) return await readStoppedLog(dataDir, wanted)
  const { from, count, type } = wanted
  const params = { from, count: String(count), ...(type !== undefined && { type }) }
  return await withDebugSource(flags, (source) => source.ask('log', params))
}

async function readStoppedLog(dataDir: string, { from, count, type }: ListedRecords): Promise<DebugLog> {
  if (!existsSync(join(dataDir, 'wal'))) {
    throw new OperationError(`${dataDir} is no data directory`, { exit: 'missing' })
  }
  const { formatTime, inspectLog } = await import('../../engine/index.js')
  const listed: DebugLogRecord[] = []
  const first = BigInt(from)
  const report = await inspectLog(dataDir, (record) => {
    const { kind, sequence, byteCount, timeNs, database, retentionPolicy, isFlushed } = record
    if (sequence < first || listed.length >= count || (type !== undefined && kind !== type)) return
    listed.push({
      sequence: String(sequence),
      type: kind,
      bytes: byteCount,
      time: timeNs === null ? null : formatTime(timeNs),
      database,
      retention_policy: retentionPolicy,
      flushed: isFlushed,
    })
  })
  const { damage } = report
  return {
    flushed_sequence: String(report.flushedSequence),
    last_sequence: String(report.lastSequence),
    records: report.recordCount,
    bytes: report.byteCount,
    listed,
    damage:
      damage === null
        ? null
        : {
            last_good_sequence: String(damage.lastGoodSequence),
            reason: damage.reason,
            lost_bytes: damage.lostByteCount,
          },
  }
}
