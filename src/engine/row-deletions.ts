/**
 * Rows that a statement takes away: logged, hidden at once, and with them the series that have no row left in any table of
 * the database. Flushes and merges that are under way go on meanwhile; only the moment in which they change the set of
 * files waits its turn, so that every file knows which deletes it has seen.
 */

import type { DatabaseRuntime } from './database-runtime.js'
import type { TableName } from './domain/table-name.js'
import { ALL_TIME } from './domain/time-range.js'
import type { EngineState } from './engine-state.js'
import type { MetaChange } from './registry/meta-store.js'
import { forgetSeriesOf } from './stored-facts.js'
import { encodeRecord, type WalRecord } from './wal/wal-record.js'

export type DeleteRecord = Extract<WalRecord, { kind: 'delete' }>

export class RowDeletions {
  readonly #state: EngineState

  constructor(state: EngineState) {
    this.#state = state
  }

  /** Takes effect before the promise resolves; throws `database-not-found` and `no-space`. */
  run(record: DeleteRecord): Promise<void> {
    return this.#state.takeTurn(async () => {
      const runtime = this.#state.runtime(record.database)
      const sequence = await this.#state.stores.wal.append(encodeRecord(record, runtime.seriesTable))
      // Nothing may come between the log and the rows: what the log has from here on is not to be hidden.
      await this.#hide(record, sequence)
    })
  }

  /** Every file is older than the record, and so are the rows that the replay has stored so far. */
  replay(record: DeleteRecord, sequence: bigint): Promise<void> {
    return this.#state.takeTurn(() => this.#hide(record, sequence))
  }

  async #hide(record: DeleteRecord, sequence: bigint): Promise<void> {
    const { database, retentionPolicy, measurement, range, series } = record
    const runtime = this.#state.runtimes.get(database)
    if (runtime === undefined || series?.length === 0) return
    const seriesIds =
      series === null ? null : new Set(Array.from(series, (ordinal) => runtime.seriesTable.idOf(ordinal)))
    const isMeant = (table: TableName): boolean =>
      table.database === database &&
      (retentionPolicy === '' || table.retentionPolicy === retentionPolicy) &&
      (measurement === '' || table.measurement === measurement)
    const change = this.#state.storage.hide({ sequence, range, seriesIds, isMeant })
    const gone: MetaChange[] = []
    for (const name of measurement === '' ? [...runtime.seriesIndex.measurements()] : [measurement]) {
      gone.push(...(await this.#forgetGone(runtime, name, record)))
    }
    await this.#state.recordOwed(change, gone)
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
      tables.some((table) => this.#state.storage.isSeriesInMemory(table, ordinal, seriesTable.idOf(ordinal)))
    const ids = new Set<bigint>()
    for (const ordinal of candidates) if (!isInMemory(ordinal)) ids.add(seriesTable.idOf(ordinal))
    const stored = new Set<bigint>()
    const isTotal =
      record.retentionPolicy === '' && record.range.startNs <= ALL_TIME.startNs && record.range.endNs >= ALL_TIME.endNs
    if (!isTotal) for (const table of tables) await this.#findStored(table, ids, stored)
    // From here to the index without a pause: a row that is written meanwhile keeps its series.
    const gone = candidates.filter(
      (ordinal) => seriesIndex.has(ordinal) && !stored.has(seriesTable.idOf(ordinal)) && !isInMemory(ordinal),
    )
    return forgetSeriesOf(runtime, measurement, gone)
  }

  /** A file that cannot be read may have any of the series. */
  async #findStored(table: TableName, ids: ReadonlySet<bigint>, stored: Set<bigint>): Promise<void> {
    try {
      for (const id of await this.#state.storage.seriesInFiles(table, ids)) stored.add(id)
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
