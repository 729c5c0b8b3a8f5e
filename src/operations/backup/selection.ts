/** Which parts of a database a backup or a restore takes, and under which names a restore brings them back. */

import type { FileEntry, RegistrySelection } from '../../engine/index.js'
import { BackupError } from './backup-error.js'
import type { ManifestFile, Selection } from './repository/manifest.js'

export interface Renames {
  /** The only database that is restored gets this name; null = keeps its own. */
  readonly database: string | null
  readonly retentionPolicy: string | null
}

export const NO_RENAMES: Renames = { database: null, retentionPolicy: null }

export interface SelectionFlags {
  readonly databases: readonly string[]
  readonly excluded: readonly string[]
  readonly retentionPolicies: readonly string[]
  readonly startNs: bigint | null
  readonly endNs: bigint | null
}

/** null when the flags choose everything. */
export function toSelection(flags: SelectionFlags): Selection | null {
  const { databases, excluded, retentionPolicies, startNs, endNs } = flags
  const lists = databases.length + excluded.length + retentionPolicies.length
  if (lists === 0 && startNs === null && endNs === null) return null
  if (startNs !== null && endNs !== null && startNs >= endNs) {
    throw new BackupError('usage', 'the start is not before the end')
  }
  return {
    databases: databases.length === 0 ? null : databases,
    excluded,
    retentionPolicies: retentionPolicies.length === 0 ? null : retentionPolicies,
    start: startNs === null ? null : String(startNs),
    end: endNs === null ? null : String(endNs),
  }
}

export function isDatabaseIn(selection: Selection | null, database: string): boolean {
  if (selection === null) return true
  return (selection.databases?.includes(database) ?? true) && !selection.excluded.includes(database)
}

export function isPolicyIn(selection: Selection | null, database: string, retentionPolicy: string): boolean {
  return isDatabaseIn(selection, database) && (selection?.retentionPolicies?.includes(retentionPolicy) ?? true)
}

/** Whether the log's record concerns what is selected; records of deletes may concern every policy, named ''. */
export function isRecordIn(selection: Selection | null, database: string, retentionPolicy: string): boolean {
  return retentionPolicy === '' ? isDatabaseIn(selection, database) : isPolicyIn(selection, database, retentionPolicy)
}

export function isFileIn(selection: Selection | null, file: ManifestFile): boolean {
  return (
    isPolicyIn(selection, file.database, file.retentionPolicy) &&
    isSpanIn(selection, BigInt(file.minTime), BigInt(file.maxTime) + 1n)
  )
}

export function toRegistrySelection(selection: Selection | null, renames: Renames): RegistrySelection {
  return {
    databaseName: (name) => (isDatabaseIn(selection, name) ? (renames.database ?? name) : null),
    policyName: (database, name) => (isPolicyIn(selection, database, name) ? (renames.retentionPolicy ?? name) : null),
    isFileIn: (file) => isFileIn(selection, toManifestFile(file)),
    isTimeIn: (startNs, endNs) => isSpanIn(selection, startNs, endNs),
    hasUsers: selection === null && renames.database === null,
  }
}

export function toManifestFile(file: FileEntry): ManifestFile {
  const { id, path, byteCount, sha256, minNs, maxNs, rowCount, table } = file
  return {
    id,
    path,
    size: byteCount,
    sha256,
    minTime: String(minNs),
    maxTime: String(maxNs),
    rows: rowCount,
    database: table.database,
    retentionPolicy: table.retentionPolicy,
    measurement: table.measurement,
  }
}

function isSpanIn(selection: Selection | null, startNs: bigint, endNs: bigint): boolean {
  if (selection === null) return true
  if (selection.start !== null && endNs <= BigInt(selection.start)) return false
  return selection.end === null || startNs < BigInt(selection.end)
}
