/**
 * DuckDB vectors, one chunk after the other, into columns of many chunks' length: each value is copied once, and no
 * array is made per chunk. What is taken belongs to the caller.
 */

import type { DuckDBDataChunk } from '@duckdb/node-api'
import { type Column, type ColumnType, validityWordCount } from '../domain/column.js'
import { emptyColumn } from '../domain/empty-column.js'
import { orBits, setBits } from '../domain/validity-bits.js'
import { ColumnReader } from './column-reader.js'
import type { ColumnChunk } from './duckdb.js'

export class ColumnCollector {
  readonly #types: readonly ColumnType[]
  readonly #rowCountMax: number
  readonly #reader: ColumnReader
  #columns: Column[] = []
  rowCount = 0

  /** `rowCountMax`: the most rows that are collected before they are taken. */
  constructor(types: readonly ColumnType[], rowCountMax: number) {
    this.#types = types
    this.#rowCountMax = rowCountMax
    this.#reader = new ColumnReader(types)
  }

  hasRoomFor(rowCount: number): boolean {
    return this.rowCount + rowCount <= this.#rowCountMax
  }

  add(chunk: DuckDBDataChunk): void {
    const at = this.rowCount
    if (at === 0)
      this.#columns = this.#types.map((type) => emptyColumn(type, type === 'string' ? 0 : this.#rowCountMax))
    this.#columns = this.#columns.map((column, i) => this.#addVector(column, chunk, i, at))
    this.rowCount += chunk.rowCount
  }

  take(): ColumnChunk {
    const { rowCount } = this
    const columns = this.#columns.map((column) => firstRows(column, rowCount))
    this.#columns = []
    this.rowCount = 0
    return { rowCount, columns }
  }

  #addVector(column: Column, chunk: DuckDBDataChunk, index: number, at: number): Column {
    const { rowCount } = chunk
    const added = this.#reader.readInto(chunk, index, column, at)
    if (added === null && column.validity === null) return column
    const validity = column.validity ?? fullValidity(this.#rowCountMax, at)
    if (added === null) setBits(validity, at, rowCount)
    else orBits(added, 0, validity, at, rowCount)
    return { ...column, validity } as Column
  }
}

function firstRows(column: Column, rowCount: number): Column {
  if (column.values.length === rowCount) return column
  const values = column.type === 'string' ? column.values : column.values.subarray(0, rowCount)
  return {
    type: column.type,
    values,
    validity: column.validity?.subarray(0, validityWordCount(rowCount)) ?? null,
  } as Column
}

function fullValidity(capacity: number, validCount: number): Uint32Array {
  const validity = new Uint32Array(validityWordCount(capacity))
  setBits(validity, 0, validCount)
  return validity
}
