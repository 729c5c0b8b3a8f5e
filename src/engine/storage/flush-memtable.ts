/**
 * A frozen memtable → files, one table after the other. It can be queried until its files are; what deletes hide meanwhile
 * goes over to the files, and what is dropped meanwhile leaves none.
 */

import { groupBy } from '../domain/group-by.js'
import { tableKey } from '../domain/table-name.js'
import { touchesSpan } from '../domain/tombstone.js'
import type { Memtable } from '../memtable/memtable.js'
import type { HiddenRows } from '../memtable/memtable-table.js'
import type { FileEntry } from '../registry/file-entry.js'
import type { TombstoneChange, TombstoneEntry } from '../registry/tombstone-entry.js'
import type { FileChange } from './file-change.js'
import { flushTable } from './flush-table.js'
import type { StorageParts } from './storage-parts.js'

/** A frozen memtable's files; `tables` are the keys of its tables, `flushedSequence` the log position it reaches. */
export interface FlushResult extends FileChange {
  readonly tables: readonly string[]
  readonly flushedSequence: bigint
}

/**
 * `memtable`: the oldest that is frozen. The change is good until it has been recorded, however often the registry refuses
 * it: what happens meanwhile is behind it in the log.
 */
export async function flushMemtable(parts: StorageParts, memtable: Memtable): Promise<FlushResult> {
  const { options, tables, files, filesWriter } = parts
  const added: FileEntry[] = []
  /** By table key: what was hidden when its files were begun. */
  const left = new Map<string, readonly HiddenRows[]>()
  try {
    for (const [key, rows] of [...memtable.tables]) {
      const table = tables.get(key)
      if (table === undefined || !memtable.tables.has(key)) continue
      const { database, retentionPolicy } = table.name
      left.set(key, rows.hidden)
      const task = {
        table: table.name,
        rows,
        hidden: rows.hidden,
        seriesTable: options.seriesTableOf(database),
        shardGroups: options.shardGroupsOf(database, retentionPolicy),
        minSequence: memtable.firstSequence,
        maxSequence: memtable.lastSequence,
        olderFiles: table.files,
      }
      const written = await filesWriter.write((context) => flushTable(context, task))
      added.push(...written)
    }
  } catch (error) {
    await files.remove(added)
    throw error
  }
  // A table dropped meanwhile leaves no files behind.
  const alive = added.filter((file) => memtable.tables.has(tableKey(file.table)))
  await files.remove(added.filter((file) => !alive.includes(file)))
  return {
    tables: [...memtable.tables.keys()],
    flushedSequence: memtable.lastSequence,
    added: alive,
    removed: [],
    begin: () => lateTombstones(parts, memtable, alive, left).map(putTombstone),
    undo: () => [],
    finish: () => finishFlush(parts, memtable, alive, lateTombstones(parts, memtable, alive, left)),
  }
}

function finishFlush(
  { tables, generations, files }: StorageParts,
  memtable: Memtable,
  added: readonly FileEntry[],
  late: readonly TombstoneEntry[],
): readonly FileEntry[] {
  const lost: FileEntry[] = []
  for (const [key, ofTable] of groupBy(added, (file) => tableKey(file.table))) {
    // A dropped table took its rows out of the memtable.
    if (!memtable.tables.has(key)) {
      lost.push(...ofTable)
      continue
    }
    tables.get(key)?.replaceFiles([], ofTable)
    files.trust(ofTable)
  }
  for (const [key, ofTable] of groupBy(late, ({ table }) => tableKey(table))) {
    tables.get(key)?.putTombstones(ofTable)
  }
  generations.forgetOldest(memtable)
  files.retire(lost)
  return lost
}

/** What was hidden in the memtable after its files had been begun (`left`: before) is still in them. */
function lateTombstones(
  { tables }: StorageParts,
  memtable: Memtable,
  added: readonly FileEntry[],
  left: ReadonlyMap<string, readonly HiddenRows[]>,
): TombstoneEntry[] {
  const late: TombstoneEntry[] = []
  for (const [key, files] of groupBy(added, (file) => tableKey(file.table))) {
    const hidden = memtable.tables.get(key)?.hidden ?? []
    const leftOut = left.get(key) ?? []
    for (const { tombstone } of hidden.filter((rows) => !leftOut.includes(rows))) {
      const ids = files.filter((file) => touchesSpan(tombstone, file)).map(({ id }) => id)
      if (ids.length === 0) continue
      const known = tables.get(key)?.tombstones.find(({ id }) => id === tombstone.id)
      late.push({ ...tombstone, fileIds: new Set([...(known?.fileIds ?? []), ...ids]) })
    }
  }
  return late
}

function putTombstone(tombstone: TombstoneEntry): TombstoneChange {
  return { kind: 'put-tombstone', tombstone }
}
