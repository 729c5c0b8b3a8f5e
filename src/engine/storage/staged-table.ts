/**
 * A memtable table inside DuckDB: the same rows as columns `_series`, `time`, `c0`, `c1`, …, in arrival order (`rowid` is
 * the arrival order). Rows are appended only when a query or a flush needs them, and only those that came since.
 */

import type { Column } from '../domain/column.js'
import type { FieldType } from '../domain/field-type.js'
import type { MemtableChunk, MemtableTable } from '../memtable/memtable-table.js'
import type { SeriesTable } from '../metadata/series-table.js'
import { type ColumnSlice, VECTOR_ROWS } from '../sql/column-appender.js'
import type { Duckdb } from '../sql/duckdb.js'
import { SQL_TYPE } from '../sql/sql-type.js'

export class StagedTable {
  /** The table's name in DuckDB. */
  readonly name: string
  readonly #duckdb: Duckdb
  readonly #rows: MemtableTable
  readonly #series: SeriesTable
  readonly #pause: () => Promise<void>
  #rowCount = 0
  #columnCount = -1
  #staging: Promise<void> = Promise.resolve()
  #isDropped = false

  constructor(name: string, duckdb: Duckdb, rows: MemtableTable, series: SeriesTable, pause: () => Promise<void>) {
    this.name = name
    this.#duckdb = duckdb
    this.#rows = rows
    this.#series = series
    this.#pause = pause
  }

  /** Resolves when the first `rowCount` rows are in DuckDB (later ones may be as well). */
  stage(rowCount: number): Promise<void> {
    const staged = this.#staging.then(() => this.#stageRows(rowCount))
    this.#staging = staged.catch(() => {})
    return staged
  }

  async drop(): Promise<void> {
    this.#isDropped = true
    await this.#staging
    if (this.#columnCount >= 0) await this.#duckdb.run(`DROP TABLE ${this.name}`)
    this.#columnCount = -1
  }

  async #stageRows(rowCount: number): Promise<void> {
    if (this.#rowCount >= rowCount || this.#isDropped) return
    // In one turn: writes go on meanwhile and may bring fields, which the rows up to here do not have.
    const target = this.#rows.rowCount
    const fieldTypes = this.#rows.fields.map(({ type }) => type)
    await this.#declareColumns(fieldTypes)
    const types = ['unsigned' as const, 'time' as const, ...fieldTypes]
    const ids = new BigUint64Array(VECTOR_ROWS)
    // Counted when all of them are there: what fails on the way leaves none.
    let row = this.#rowCount
    await this.#duckdb.append(this.name, types, async (appender) => {
      while (row < target) {
        const chunk = this.#rows.chunkOf(row)
        const start = row - chunk.firstRow
        const count = Math.min(VECTOR_ROWS, chunk.rowCount - start, target - row)
        for (let i = 0; i < count; i++) ids[i] = this.#series.idOf(chunk.series[start + i])
        appender.append(vectorSlices(chunk, start, ids, fieldTypes.length), count)
        row += count
        await this.#pause()
      }
    })
    this.#rowCount = target
  }

  async #declareColumns(types: readonly FieldType[]): Promise<void> {
    if (this.#columnCount < 0) {
      const columns = types.map((type, i) => `c${i} ${SQL_TYPE[type]}`)
      await this.#duckdb.run(
        `CREATE TABLE ${this.name} (${['_series UBIGINT', '"time" TIMESTAMP_NS', ...columns].join(', ')})`,
      )
      this.#columnCount = types.length
    }
    for (; this.#columnCount < types.length; this.#columnCount++) {
      const i = this.#columnCount
      await this.#duckdb.run(`ALTER TABLE ${this.name} ADD COLUMN c${i} ${SQL_TYPE[types[i]]}`)
    }
  }
}

function vectorSlices(chunk: MemtableChunk, start: number, ids: BigUint64Array, fieldCount: number): ColumnSlice[] {
  const series: Column = { type: 'unsigned', values: ids, validity: null }
  const time: Column = { type: 'time', values: chunk.timestamps, validity: null }
  const slices: ColumnSlice[] = [
    { column: series, start: 0 },
    { column: time, start },
  ]
  for (let i = 0; i < fieldCount; i++) slices.push({ column: chunk.columns[i] ?? null, start })
  return slices
}
