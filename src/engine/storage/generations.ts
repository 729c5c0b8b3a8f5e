/**
 * Rows in memory: the memtable that is written to, those that wait to be flushed, and what queries have put of them into
 * DuckDB. A generation keeps its rows until its files are visible; what a query has pinned outlives it.
 */

import { assert } from '../domain/errors.js'
import type { TimeRange } from '../domain/time-range.js'
import { coversSpan, type Tombstone, touchesSpan } from '../domain/tombstone.js'
import { Memtable } from '../memtable/memtable.js'
import type { MemtableTable } from '../memtable/memtable-table.js'
import type { SeriesTable } from '../metadata/series-table.js'
import type { Duckdb } from '../sql/duckdb.js'
import { Pins } from './pins.js'
import { hasVisibleRow, hasVisibleRowIn } from './read-memtable-series.js'
import type { MemtableSource } from './source-set.js'
import { StagedTable } from './staged-table.js'
import type { TableState } from './table-state.js'

export interface GenerationsOptions {
  /** Takes the copies that queries need. */
  readonly duckdb: Duckdb
  readonly monotonicMs: () => number
  readonly seriesTableOf: (database: string) => SeriesTable
  readonly nextTableName: () => string
  readonly pause: () => Promise<void>
  readonly logFault: (action: string, error: unknown) => void
}

export class Generations {
  readonly #options: GenerationsOptions
  readonly #staged = new Map<MemtableTable, StagedTable>()
  readonly #pins = new Pins<StagedTable>()
  #current: Memtable
  #frozen: readonly Memtable[] = []
  #nextNumber = 0

  constructor(options: GenerationsOptions) {
    this.#options = options
    this.#current = this.#begin()
  }

  get current(): Memtable {
    return this.#current
  }

  get frozenCount(): number {
    return this.#frozen.length
  }

  /** undefined = nothing waits to be flushed. */
  get oldestFrozen(): Memtable | undefined {
    return this.#frozen[0]
  }

  get byteCount(): number {
    return this.#all().reduce((sum, { byteCount }) => sum + byteCount, 0)
  }

  get rowCount(): number {
    return this.#all().reduce((sum, { rowCount }) => sum + rowCount, 0)
  }

  /** The current memtable stops taking rows and waits to be flushed. False when it is empty. */
  freeze(): boolean {
    if (this.#current.rowCount === 0) return false
    this.#frozen = [...this.#frozen, this.#current]
    this.#current = this.#begin()
    return true
  }

  /** Begins the age of an empty memtable anew. */
  renewEmpty(): void {
    if (this.#current.rowCount === 0) this.#current = this.#begin()
  }

  /** Its rows are in files that queries see. */
  forgetOldest(memtable: Memtable): void {
    assert(this.#frozen[0] === memtable, 'memtables are flushed in order')
    this.#frozen = this.#frozen.slice(1)
    for (const rows of memtable.tables.values()) this.#dropStaged(rows)
  }

  /** Forgets the table's rows. */
  drop(key: string): void {
    for (const memtable of this.#all()) this.#dropRows(memtable, key)
  }

  /** A part in which no row remains goes at once. */
  hide(key: string, tombstone: Tombstone): void {
    for (const memtable of this.#all()) {
      const rows = memtable.tables.get(key)
      if (rows === undefined || rows.span === null || !touchesSpan(tombstone, rows.span)) continue
      if (tombstone.seriesIds === null && coversSpan(tombstone, rows.span)) this.#dropRows(memtable, key)
      else rows.hide(tombstone)
    }
  }

  /** Oldest first, as of now. */
  sourcesOf(table: TableState): MemtableSource[] {
    return this.#rowsOf(table.key).map((rows) => ({
      kind: 'memtable',
      rows,
      staged: this.#stagedTable(table, rows),
      rowCount: rows.rowCount,
      fields: [...rows.fields],
      hidden: rows.hidden,
    }))
  }

  /** Keeps what is staged until the returned function is called. */
  pin(sources: readonly MemtableSource[]): () => void {
    const staged = sources.map((source) => source.staged)
    this.#pins.pin(staged)
    return () => this.#pins.unpin(staged)
  }

  /** Whether the table has any visible row in the range. */
  hasRows(key: string, range: TimeRange, idOf: (series: number) => bigint): boolean {
    return this.#rowsOf(key).some((rows) => hasVisibleRowIn(rows, range, idOf))
  }

  /** Whether the table has any visible row of the series. */
  hasSeries(key: string, series: number, seriesId: bigint): boolean {
    return this.#rowsOf(key).some((rows) => hasVisibleRow(rows, series, seriesId))
  }

  /** Oldest first. */
  #all(): readonly Memtable[] {
    return [...this.#frozen, this.#current]
  }

  #rowsOf(key: string): MemtableTable[] {
    return this.#all().flatMap((memtable) => memtable.tables.get(key) ?? [])
  }

  #begin(): Memtable {
    return new Memtable(this.#nextNumber++, this.#options.monotonicMs())
  }

  #dropRows(memtable: Memtable, key: string): void {
    const rows = memtable.tables.get(key)
    memtable.drop(key)
    if (rows !== undefined) this.#dropStaged(rows)
  }

  #stagedTable({ name }: TableState, rows: MemtableTable): StagedTable {
    let staged = this.#staged.get(rows)
    if (staged === undefined) {
      const { duckdb, seriesTableOf, nextTableName, pause } = this.#options
      staged = new StagedTable(nextTableName(), duckdb, rows, seriesTableOf(name.database), pause)
      this.#staged.set(rows, staged)
    }
    return staged
  }

  #dropStaged(rows: MemtableTable): void {
    const staged = this.#staged.get(rows)
    if (staged === undefined) return
    this.#staged.delete(rows)
    const fault = (error: unknown): void => this.#options.logFault('drop a staged table', error)
    this.#pins.retire(staged, () => void staged.drop().catch(fault))
  }
}
