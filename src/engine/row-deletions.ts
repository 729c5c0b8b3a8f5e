/**
 * Rows that a statement or a policy takes away: logged, hidden at once, and with them the series that have no row left in
 * any table of the database. Flushes and merges that are under way go on meanwhile; only the moment in which they change
 * the set of files waits its turn, so that every file knows which deletes it has seen.
 */

import type { DatabaseRuntime } from './database-runtime.js'
import type { TableName } from './domain/table-name.js'
import { ALL_TIME, type TimeRange } from './domain/time-range.js'
import type { EngineState } from './engine-state.js'
import { isWithin } from './metadata/field-types.js'
import type { ShardGroup } from './metadata/shard-groups.js'
import type { RowDeletion } from './query/catalog.js'
import type { MetaChange } from './registry/meta-store.js'
import { forgetSeriesOf, forgetTypes, rememberTypes } from './stored-facts.js'
import { encodeRecord, type WalRecord } from './wal/wal-record.js'

export type DeleteRecord = Extract<WalRecord, { kind: 'delete' }>

export class RowDeletions {
  readonly #state: EngineState

  constructor(state: EngineState) {
    this.#state = state
  }

  /** Takes effect before the promise resolves; throws `database-not-found` and `no-space`. */
  run(deletion: RowDeletion): Promise<void> {
    return this.#log({ kind: 'delete', ...deletion, shardGroupId: 0 })
  }

  /** A shard group with its rows and field types; nothing when there is none of this number. */
  async dropShardGroup(id: number): Promise<void> {
    const group = this.#state.shardGroups.find(id)
    if (group === undefined) return
    const { database, retentionPolicy } = group
    const range = clipToStorable(group)
    await this.#log({
      kind: 'delete',
      database,
      retentionPolicy,
      measurement: '',
      range,
      shardGroupId: id,
      series: null,
    })
  }

  /** Every file is older than the record, and so are the rows that the replay has stored so far. */
  replay(record: DeleteRecord): Promise<void> {
    return this.#state.takeTurn(async () => {
      const runtime = this.#state.runtimes.get(record.database)
      if (runtime !== undefined) await this.#hide(runtime, record)
    })
  }

  async #log(record: DeleteRecord): Promise<void> {
    const runtime = this.#state.runtime(record.database)
    await this.#state.takeTurn(async () => {
      // Dropped while it waited, and possibly made anew: its series have other numbers now.
      if (this.#state.runtimes.get(record.database) !== runtime) return
      await this.#state.stores.wal.append(encodeRecord(record, runtime.seriesTable))
      // Nothing may come between the log and the rows: what the log has from here on is not to be hidden.
      await this.#hide(runtime, record)
    })
  }

  async #hide(runtime: DatabaseRuntime, record: DeleteRecord): Promise<void> {
    const { database, retentionPolicy, measurement, range, series } = record
    const seriesIds =
      series === null ? null : new Set(Array.from(series, (ordinal) => runtime.seriesTable.idOf(ordinal)))
    const isMeant = (table: TableName): boolean =>
      table.database === database &&
      (retentionPolicy === '' || table.retentionPolicy === retentionPolicy) &&
      (measurement === '' || table.measurement === measurement)
    const removal = this.#state.storage.hide({ range, seriesIds, isMeant })
    const changes: (readonly MetaChange[])[] = []
    const measurements = measurement === '' ? runtime.fieldTypes.measurementsIn(retentionPolicy, range) : [measurement]
    if (record.shardGroupId !== 0) changes.push(this.#forgetShardGroup(runtime, record))
    for (const name of measurements) {
      changes.push(await this.#forgetGone(runtime, name, record))
      changes.push(await this.#hideTypes(runtime, name, range))
    }
    await this.#state.recordInTurn(removal, changes.flat())
  }

  /** A group that was made again later keeps its number; one that a replay has made on the way to here goes as well. */
  #forgetShardGroup(runtime: DatabaseRuntime, { retentionPolicy, range, shardGroupId }: DeleteRecord): MetaChange[] {
    const { shardGroups } = this.#state
    const { unsaved } = shardGroups
    const types = forgetTypes(runtime, (entry) => entry.retentionPolicy === retentionPolicy && isWithin(entry, range))
    runtime.fieldTypes.removeIn(retentionPolicy, range)
    const groups = this.#state.forgetShardGroups(
      (group) =>
        group.id === shardGroupId ||
        (unsaved.includes(group) &&
          group.database === runtime.name &&
          group.retentionPolicy === retentionPolicy &&
          isWithin(group, range)),
    )
    return [...types, ...groups]
  }

  /** Takes the series out of the index that have lost their last row. */
  async #forgetGone(
    runtime: DatabaseRuntime,
    measurement: string,
    record: DeleteRecord,
  ): Promise<readonly MetaChange[]> {
    const { seriesIndex, seriesTable, name: database } = runtime
    const candidates = record.series ?? seriesIndex.ordinalsOf(measurement).slice()
    const tables = this.#tablesOf(database, measurement)
    const isInMemory = (ordinal: number): boolean =>
      tables.some((table) => this.#state.storage.reader.isSeriesInMemory(table, ordinal, seriesTable.idOf(ordinal)))
    const ids = new Set<bigint>()
    for (const ordinal of candidates) if (!isInMemory(ordinal)) ids.add(seriesTable.idOf(ordinal))
    const stored = new Set<bigint>()
    if (!isTotal(record)) for (const table of tables) await this.#findStored(table, ids, stored)
    // From here to the index without a pause: a row that is written meanwhile keeps its series.
    const gone = candidates.filter(
      (ordinal) => seriesIndex.has(ordinal) && !stored.has(seriesTable.idOf(ordinal)) && !isInMemory(ordinal),
    )
    return forgetSeriesOf(runtime, measurement, gone)
  }

  /** Field types are not shown any more where no row is left; they stay, for what is written later. */
  async #hideTypes(runtime: DatabaseRuntime, measurement: string, range: TimeRange): Promise<readonly MetaChange[]> {
    const { fieldTypes, name: database } = runtime
    const { storage } = this.#state
    const changes: MetaChange[] = []
    for (const table of this.#tablesOf(database, measurement)) {
      const { retentionPolicy } = table
      for (const group of fieldTypes.groupsIn(retentionPolicy, measurement, range)) {
        if (await this.#hasRowsInFiles(table, group.startNs)) continue
        // From here on without a pause: rows that are written later show the types again.
        if (storage.reader.hasRowsInMemory(table, group)) continue
        fieldTypes.setDormant(retentionPolicy, group.startNs, measurement, true)
        changes.push(
          ...rememberTypes(
            runtime,
            (entry) =>
              entry.measurement === measurement &&
              entry.retentionPolicy === retentionPolicy &&
              entry.startNs === group.startNs,
          ),
        )
      }
    }
    return changes
  }

  async #hasRowsInFiles(table: TableName, bucketStartNs: bigint): Promise<boolean> {
    try {
      return await this.#state.storage.reader.hasRowsInFiles(table, bucketStartNs)
    } catch (error) {
      this.#state.logFault('find out what a delete has left', error)
      return true
    }
  }

  /** A file that cannot be read may have any of the series. */
  async #findStored(table: TableName, ids: ReadonlySet<bigint>, stored: Set<bigint>): Promise<void> {
    try {
      for (const id of await this.#state.storage.reader.seriesInFiles(table, ids)) stored.add(id)
    } catch (error) {
      this.#state.logFault('find out which series a delete has left', error)
      for (const id of ids) stored.add(id)
    }
  }

  #tablesOf(database: string, measurement: string): TableName[] {
    const policies = this.#state.database(database)?.retentionPolicies ?? []
    return policies.map(({ name: retentionPolicy }) => ({ database, retentionPolicy, measurement }))
  }
}

/** Whether no row of the series can be left that is older than the delete. */
function isTotal({ retentionPolicy, range }: DeleteRecord): boolean {
  return retentionPolicy === '' && range.startNs <= ALL_TIME.startNs && range.endNs >= ALL_TIME.endNs
}

/** Groups at the edges reach beyond the times that a point can have. */
function clipToStorable({ startNs, endNs }: ShardGroup): TimeRange {
  return {
    startNs: startNs > ALL_TIME.startNs ? startNs : ALL_TIME.startNs,
    endNs: endNs < ALL_TIME.endNs ? endNs : ALL_TIME.endNs,
  }
}
