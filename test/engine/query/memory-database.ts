/**
 * A database in memory for tests of the query stage: naive and obviously correct. Points come as line protocol and are
 * kept as objects; the catalog and the series index over them are the real ones.
 */

import { isValid } from '../../../src/engine/domain/column.js'
import { HyperbyteError } from '../../../src/engine/domain/errors.js'
import type { FieldType } from '../../../src/engine/domain/field-type.js'
import type { Precision } from '../../../src/engine/domain/precision.js'
import { floorToInterval, intersects, isInside, type TimeRange } from '../../../src/engine/domain/time-range.js'
import { LineProtocolParser } from '../../../src/engine/line-protocol/line-protocol-parser.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import {
  applyMetaCommand,
  EMPTY_META_STATE,
  type MetaCommand,
  type MetaState,
} from '../../../src/engine/metadata/meta-state.js'
import type { ShardGroup } from '../../../src/engine/metadata/shard-groups.js'
import { TagSeriesIndex } from '../../../src/engine/metadata/tag-series-index.js'
import type { Catalog, CatalogWriter, RowDeletion } from '../../../src/engine/query/catalog.js'
import type { Scanner, TableName } from '../../../src/engine/query/scan.js'
import { MemoryScanner } from './memory-scanner.js'

export type FieldValue = number | bigint | string | boolean

export interface StoredValue {
  readonly type: FieldType
  readonly value: FieldValue
}

export interface StoredPoint {
  readonly series: number
  readonly timeNs: bigint
  readonly fields: Map<string, StoredValue>
}

const SHARD_NS = 604_800_000_000_000n

/** One retention policy's points of a measurement, by `series time`. */
type Table = Map<string, StoredPoint>

export class MemoryDatabase implements Catalog, CatalogWriter {
  meta: MetaState = EMPTY_META_STATE
  scanner: Scanner = new MemoryScanner(this)
  readonly #seriesTables = new Map<string, MemorySeriesTable>()
  readonly #seriesIndexes = new Map<string, TagSeriesIndex>()
  readonly #tables = new Map<string, Table>()
  /** By table and shard; a field keeps its type there when its last point is deleted. */
  readonly #types = new Map<string, Map<string, FieldType>>()

  /** Creates database and policy as needed; throws for lines that are wrong. */
  write(database: string, body: string | Uint8Array, precision: Precision = 'ns', policy = ''): void {
    this.#createDatabase(database)
    const retentionPolicy = policy || this.database(database)!.defaultRetentionPolicy
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    const parser = new LineProtocolParser(bytes, { table: this.#seriesTable(database), precision, nowNs: 0n })
    while (!parser.parseSlice(1 << 20));
    const { batch, errors } = parser.finish()
    if (errors.length > 0) throw new HyperbyteError('invalid', errors.join('\n'))
    for (const { measurement, rowCount, series, timestamps, fields } of batch.measurements) {
      const table = { database, retentionPolicy, measurement }
      for (let row = 0; row < rowCount; row++) {
        const values = new Map<string, StoredValue>()
        for (const { name, type, values: column, validity } of fields) {
          if (!isValid(validity, row)) continue
          const value = type === 'boolean' ? column[row] !== 0 : column[row]
          values.set(name, { type, value })
        }
        this.#store(table, { series: series[row], timeNs: timestamps[row], fields: values })
      }
    }
  }

  database(name: string) {
    return this.meta.databases.get(name)
  }

  seriesTable(database: string): MemorySeriesTable {
    return this.#seriesTable(database)
  }

  seriesIndex(database: string): TagSeriesIndex {
    const known = this.#seriesIndexes.get(database)
    if (known !== undefined) return known
    const index = new TagSeriesIndex(this.#seriesTable(database))
    this.#seriesIndexes.set(database, index)
    return index
  }

  measurementsOf(database: string, retentionPolicy: string): readonly string[] {
    const names = [...this.#tables.keys()].map((key) => JSON.parse(key) as string[])
    return names.flatMap(([db, rp, name]) => (db === database && rp === retentionPolicy ? [name] : [])).sort()
  }

  fieldTypes(table: TableName, range: TimeRange): ReadonlyMap<string, ReadonlySet<FieldType>> {
    const types = new Map<string, Set<FieldType>>()
    const starts = new Set(this.points(table).map(({ timeNs }) => floorToInterval(timeNs, SHARD_NS)))
    for (const startNs of starts) {
      if (!intersects(range, { startNs, endNs: startNs + SHARD_NS })) continue
      for (const [name, type] of this.#types.get(shardKey(table, startNs)) ?? [])
        types.set(name, (types.get(name) ?? new Set()).add(type))
    }
    return types
  }

  points(table: TableName): StoredPoint[] {
    return [...(this.#tables.get(keyOf(table))?.values() ?? [])]
  }

  async applyMeta(command: MetaCommand): Promise<void> {
    this.meta = applyMetaCommand(this.meta, command)
  }

  tableFacts() {
    return { shardGroupCount: 0, memoryRowCount: 0, fileCount: 0, fileRowCount: 0, rowGroupCount: 0, fileByteCount: 0 }
  }

  async writeRows(): Promise<number> {
    throw new Error('this catalog stores no rows of queries')
  }

  async dropMeasurement(database: string, measurement: string): Promise<void> {
    for (const { name } of this.database(database)?.retentionPolicies ?? []) {
      const key = keyOf({ database, retentionPolicy: name, measurement })
      this.#tables.delete(key)
      for (const known of this.#types.keys()) if (known.startsWith(`${key} `)) this.#types.delete(known)
    }
    this.seriesIndex(database).removeMeasurement(measurement)
  }

  shardGroups(): readonly ShardGroup[] {
    return []
  }

  async dropShard(): Promise<void> {}

  async deleteRows({ database, measurement, range, series }: RowDeletion): Promise<void> {
    const left = new Set<number>()
    for (const [key, table] of this.#tables) {
      const [db, , name] = JSON.parse(key) as string[]
      if (db !== database) continue
      for (const [pointKey, { series: ordinal, timeNs }] of table) {
        const isMeant = name === measurement && (series?.includes(ordinal) ?? true) && isInside(range, timeNs)
        if (isMeant) table.delete(pointKey)
        else left.add(ordinal)
      }
    }
    const index = this.seriesIndex(database)
    for (const name of [...index.measurements()]) {
      index.removeSeries(
        name,
        index.ordinalsOf(name).filter((ordinal) => !left.has(ordinal)),
      )
    }
  }

  /** A field keeps its type within a shard: a point with another one is not stored. The last write of a field wins. */
  #store(name: TableName, point: StoredPoint): void {
    const types = this.#typesOf(shardKey(name, floorToInterval(point.timeNs, SHARD_NS)))
    for (const [field, { type }] of point.fields) if ((types.get(field) ?? type) !== type) return
    for (const [field, { type }] of point.fields) types.set(field, type)
    const table = this.#table(name)
    this.seriesIndex(name.database).add(point.series)
    const key = `${point.series} ${point.timeNs}`
    const known = table.get(key)
    if (known === undefined) table.set(key, point)
    else for (const [name, value] of point.fields) known.fields.set(name, value)
  }

  #seriesTable(database: string): MemorySeriesTable {
    const known = this.#seriesTables.get(database)
    if (known !== undefined) return known
    const table = new MemorySeriesTable()
    this.#seriesTables.set(database, table)
    return table
  }

  #table(name: TableName): Table {
    const key = keyOf(name)
    const known = this.#tables.get(key)
    if (known !== undefined) return known
    const table: Table = new Map()
    this.#tables.set(key, table)
    return table
  }

  #typesOf(key: string): Map<string, FieldType> {
    const known = this.#types.get(key)
    if (known !== undefined) return known
    const types = new Map<string, FieldType>()
    this.#types.set(key, types)
    return types
  }

  #createDatabase(name: string): void {
    if (this.database(name) !== undefined) return
    const policy = { name: 'autogen', durationNs: 0n, shardGroupDurationNs: SHARD_NS, replication: 1 }
    this.meta = applyMetaCommand(this.meta, { kind: 'create-database', name, policy })
  }
}

function keyOf({ database, retentionPolicy, measurement }: TableName): string {
  return JSON.stringify([database, retentionPolicy, measurement])
}

function shardKey(table: TableName, startNs: bigint): string {
  return `${keyOf(table)} ${startNs}`
}
