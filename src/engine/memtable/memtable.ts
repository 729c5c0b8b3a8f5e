/**
 * One generation of rows in memory: everything written since the last freeze, by table. A generation is written to by
 * the write path until it is frozen; then it only serves queries until its Parquet files are registered.
 */

import type { MeasurementBatch } from '../domain/point-batch.js'
import { MemtableTable } from './memtable-table.js'
import type { NewestTimes } from './newest-times.js'

export class Memtable {
  readonly generation: number
  readonly createdMs: number
  /** WAL sequences of the first and the last record whose rows are in here; 0n = none yet. */
  firstSequence = 0n
  lastSequence = 0n
  byteCount = 0
  rowCount = 0
  /** Deletes that hide rows of one table, where it is the most. */
  get hiddenCount(): number {
    let count = 0
    for (const { hidden } of this.tables.values()) if (hidden.length > count) count = hidden.length
    return count
  }

  /** By table key. */
  readonly tables = new Map<string, MemtableTable>()

  constructor(generation: number, createdMs: number) {
    this.generation = generation
    this.createdMs = createdMs
  }

  append(tableKey: string, newest: NewestTimes, batch: MeasurementBatch, sequence: bigint): void {
    if (this.firstSequence === 0n) this.firstSequence = sequence
    this.lastSequence = sequence
    let table = this.tables.get(tableKey)
    if (table === undefined) {
      table = new MemtableTable(newest, this.generation)
      this.tables.set(tableKey, table)
    }
    const before = table.byteCount
    table.append(batch)
    this.byteCount += table.byteCount - before
    this.rowCount += batch.rowCount
  }

  drop(tableKey: string): void {
    const table = this.tables.get(tableKey)
    if (table === undefined) return
    this.tables.delete(tableKey)
    this.byteCount -= table.byteCount
    this.rowCount -= table.rowCount
  }
}
