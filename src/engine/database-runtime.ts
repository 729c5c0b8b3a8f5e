/** What a database has in memory besides its rows: its series and the types of its fields. */

import type { FieldTypes } from './metadata/field-types.js'
import { DEFAULT_SERIES_TABLE_LIMITS, MemorySeriesTable } from './metadata/memory-series-table.js'
import { TagSeriesIndex } from './metadata/tag-series-index.js'
import { SeriesOrigins } from './series-origins.js'

export class DatabaseRuntime {
  readonly name: string
  readonly seriesTable: MemorySeriesTable
  readonly seriesIndex: TagSeriesIndex
  readonly fieldTypes: FieldTypes
  readonly origins = new SeriesOrigins()
  /** Since the start. */
  writtenRowCount = 0
  /** One bit per ordinal: the series' key is in the metadata store. */
  #stored = new Uint32Array(32)

  constructor(name: string, seriesCountMax: number, fieldTypes: FieldTypes) {
    this.name = name
    this.seriesTable = new MemorySeriesTable({ ...DEFAULT_SERIES_TABLE_LIMITS, seriesCountMax })
    this.seriesIndex = new TagSeriesIndex(this.seriesTable)
    this.fieldTypes = fieldTypes
  }

  isStored(ordinal: number): boolean {
    return (this.#stored[ordinal >>> 5] & (1 << (ordinal & 31))) !== 0
  }

  setStored(ordinal: number, isStored: boolean): void {
    const word = ordinal >>> 5
    if (word >= this.#stored.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#stored.length * 2))
      grown.set(this.#stored)
      this.#stored = grown
    }
    if (isStored) this.#stored[word] |= 1 << (ordinal & 31)
    else this.#stored[word] &= ~(1 << (ordinal & 31))
  }
}
