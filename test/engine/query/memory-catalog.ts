/** A catalog for tests: metadata, series and field types as the engine would hold them; of rows only when they are. */

import type { FieldType } from '../../../src/engine/domain/field-type.js'
import { floorToInterval, isInside, type TimeRange } from '../../../src/engine/domain/time-range.js'
import { parseLineProtocol } from '../../../src/engine/line-protocol/line-protocol-parser.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import {
  applyMetaCommand,
  type Database,
  EMPTY_META_STATE,
  type MetaCommand,
  type MetaState,
} from '../../../src/engine/metadata/meta-state.js'
import type { ShardGroup } from '../../../src/engine/metadata/shard-groups.js'
import { TagSeriesIndex } from '../../../src/engine/metadata/tag-series-index.js'
import type { Catalog, CatalogWriter, RowDeletion } from '../../../src/engine/query/catalog.js'
import type { GroupRows, Scanner, ScanRequest, TableName } from '../../../src/engine/query/scan.js'

interface Shard {
  readonly table: TableName
  readonly range: TimeRange
  readonly types: Map<string, Set<FieldType>>
  readonly rows: { readonly series: number; readonly timeNs: bigint }[]
}

export class MemoryCatalog implements Catalog, CatalogWriter {
  meta: MetaState = EMPTY_META_STATE
  readonly #series = new Map<string, { table: MemorySeriesTable; index: TagSeriesIndex }>()
  #shards: Shard[] = []

  /** Answers which groups have rows in a range, and nothing about the rows. */
  readonly scanner: Scanner = {
    aggregate: () => null,
    scan: (request) => this.#groupsWithRows(request),
  }

  database(name: string): Database | undefined {
    return this.meta.databases.get(name)
  }

  seriesTable(database: string): MemorySeriesTable {
    return this.#seriesOf(database).table
  }

  seriesIndex(database: string): TagSeriesIndex {
    return this.#seriesOf(database).index
  }

  measurementsOf(database: string, retentionPolicy: string): readonly string[] {
    const shards = this.#shards.filter(
      ({ table }) => table.database === database && table.retentionPolicy === retentionPolicy,
    )
    return [...new Set(shards.map(({ table }) => table.measurement))].sort()
  }

  fieldTypes(table: TableName, range: TimeRange): ReadonlyMap<string, ReadonlySet<FieldType>> {
    const types = new Map<string, Set<FieldType>>()
    for (const shard of this.#shards) {
      if (!isSame(shard.table, table) || shard.range.endNs <= range.startNs || range.endNs <= shard.range.startNs)
        continue
      for (const [field, ofShard] of shard.types) types.set(field, new Set([...(types.get(field) ?? []), ...ofShard]))
    }
    return types
  }

  async applyMeta(command: MetaCommand): Promise<void> {
    this.meta = applyMetaCommand(this.meta, command)
    if (command.kind !== 'drop-database') return
    this.#series.delete(command.name)
    this.#shards = this.#shards.filter(({ table }) => table.database !== command.name)
  }

  tableFacts() {
    return { shardGroupCount: 0, memoryRowCount: 0, fileCount: 0, fileRowCount: 0, rowGroupCount: 0, fileByteCount: 0 }
  }

  async writeRows(): Promise<number> {
    throw new Error('this catalog stores no rows of queries')
  }

  async dropMeasurement(database: string, measurement: string): Promise<void> {
    this.seriesIndex(database).removeMeasurement(measurement)
    this.#shards = this.#shards.filter(({ table }) => table.database !== database || table.measurement !== measurement)
  }

  shardGroups(): readonly ShardGroup[] {
    return []
  }

  async dropShard(): Promise<void> {}

  async deleteRows({ database, measurement, series }: RowDeletion): Promise<void> {
    const index = this.seriesIndex(database)
    index.removeSeries(measurement, series ?? index.ordinalsOf(measurement).slice())
  }

  /** Lines of line protocol with timestamps. */
  write(database: string, retentionPolicy: string, lines: string): void {
    const { table, index } = this.#seriesOf(database)
    const { batch, errors } = parseLineProtocol(Buffer.from(lines), { table, precision: 'n', nowNs: 0n })
    if (errors.length > 0) throw new Error(errors[0])
    for (const { measurement, rowCount, series, timestamps, fields } of batch.measurements) {
      for (let row = 0; row < rowCount; row++) {
        index.add(series[row])
        const shard = this.#shardOf({ database, retentionPolicy, measurement }, timestamps[row])
        shard.rows.push({ series: series[row], timeNs: timestamps[row] })
        for (const { name, type, validity } of fields) {
          const isPresent = validity === null || (validity[row >>> 5] & (1 << (row & 31))) !== 0
          if (isPresent) shard.types.set(name, (shard.types.get(name) ?? new Set()).add(type))
        }
      }
    }
  }

  async *#groupsWithRows({ table, groups, range }: ScanRequest): AsyncGenerator<GroupRows> {
    const rows = this.#shards.filter((shard) => isSame(shard.table, table)).flatMap((shard) => shard.rows)
    const present = new Set(rows.filter(({ timeNs }) => isInside(range, timeNs)).map(({ series }) => series))
    for (const [group, { parts }] of groups.entries()) {
      if (!parts.some(({ series }) => series.some((ordinal) => present.has(ordinal)))) continue
      const nothing = { timestamps: new BigInt64Array(0), series: new Uint32Array(0), columns: [] }
      yield { group, rowCount: 0, ...nothing }
    }
  }

  #shardOf(table: TableName, timeNs: bigint): Shard {
    const policy = this.database(table.database)?.retentionPolicies.find(({ name }) => name === table.retentionPolicy)
    if (policy === undefined) throw new Error(`no policy ${table.retentionPolicy}`)
    const startNs = floorToInterval(timeNs, policy.shardGroupDurationNs)
    const known = this.#shards.find((shard) => isSame(shard.table, table) && shard.range.startNs === startNs)
    if (known !== undefined) return known
    const shard = {
      table,
      range: { startNs, endNs: startNs + policy.shardGroupDurationNs },
      types: new Map(),
      rows: [],
    }
    this.#shards.push(shard)
    return shard
  }

  #seriesOf(database: string) {
    let series = this.#series.get(database)
    if (series === undefined) {
      const table = new MemorySeriesTable()
      series = { table, index: new TagSeriesIndex(table) }
      this.#series.set(database, series)
    }
    return series
  }
}

function isSame(a: TableName, b: TableName): boolean {
  return a.database === b.database && a.retentionPolicy === b.retentionPolicy && a.measurement === b.measurement
}
