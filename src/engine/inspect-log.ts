/**
 * The write-ahead log of a data directory that nobody has open, record by record, also when it is damaged and the
 * database would refuse to open; and the cut that makes it open again.
 */

import { cp } from 'node:fs/promises'
import path from 'node:path'
import { MetaStore } from './registry/meta-store.js'
import { type LogDamage, type LogRecordFacts, LogStore } from './wal/log-store.js'

export type { LogDamage, LogRecordFacts }

export interface LogReport {
  readonly flushedSequence: bigint
  readonly lastSequence: bigint
  readonly recordCount: number
  readonly byteCount: number
  readonly damage: LogDamage | null
}

/** Calls `onRecord` for each good record, oldest first. Throws `locked` when a process has the directory. */
export async function inspectLog(dataDir: string, onRecord: (record: LogRecordFacts) => void): Promise<LogReport> {
  const flushedSequence = await readFlushedSequence(dataDir)
  const store = await LogStore.open(path.join(dataDir, 'wal'))
  try {
    return await store.report(flushedSequence, onRecord)
  } finally {
    await store.close()
  }
}

/**
 * Removes everything from the damage on, after the whole log was copied to a directory beside it, whose path is returned.
 * Null when nothing is damaged.
 */
export async function repairLog(dataDir: string, suffix: string): Promise<string | null> {
  const { damage } = await inspectLog(dataDir, () => {})
  if (damage === null) return null
  const directory = path.join(dataDir, 'wal')
  const copy = `${directory}.damaged-${suffix}`
  await cp(directory, copy, { recursive: true, errorOnExist: true, force: false })
  const store = await LogStore.open(directory)
  try {
    await store.cutAfter(damage.lastGoodSequence)
  } finally {
    await store.close()
  }
  return copy
}

async function readFlushedSequence(dataDir: string): Promise<bigint> {
  const metaStore = await MetaStore.open(path.join(dataDir, 'meta'))
  try {
    return await metaStore.flushedSequence()
  } finally {
    await metaStore.close()
  }
}
