/** An engine for tests of the HTTP server: answers what the test scripts, remembers what it was asked. */

import type {
  Catalog,
  Checkpoint,
  Column,
  ContinuousQueryInfo,
  Database,
  Engine,
  EngineInsight,
  EngineStats,
  MetaState,
  QueryEvent,
  QueryInfo,
  QueryRequest,
  SeriesFrame,
  User,
  WriteOutcome,
  WriteRequest,
} from '../../../src/engine/index.js'
import { EMPTY_META_STATE, type Inspection, SelfReports } from '../../../src/engine/index.js'
import type { SeriesIndex } from '../../../src/engine/metadata/series-index.js'
import type { SeriesTable } from '../../../src/engine/metadata/series-table.js'

const STATS: EngineStats = {
  writtenRowCount: 1,
  rejectedRowCount: 0,
  walBytes: 0,
  walFsyncCount: 0,
  memtableBytes: 0,
  memtableRowCount: 0,
  flushCount: 0,
  flushErrorCount: 0,
  compactionCount: 0,
  parquetFileCount: 0,
  parquetBytes: 0,
  seriesCount: 0,
  isReadOnly: false,
  columnCacheBytes: 0,
}

export class FakeEngine implements Engine {
  readonly writes: WriteRequest[] = []
  readonly queries: QueryRequest[] = []
  meta: MetaState = { ...EMPTY_META_STATE, databases: new Map([databaseEntry('d'), databaseEntry('d2')]) }
  currentStats: EngineStats = STATS
  /** What a write answers. */
  writeAnswer: (request: WriteRequest) => Promise<WriteOutcome> = async () => ({
    writtenCount: 1,
    rejectedCount: 0,
    message: null,
  })
  /** What a query answers. */
  queryAnswer: (request: QueryRequest) => AsyncIterable<QueryEvent> = () => eventsOf([endOf(0)])

  /** There is nothing to be merged, and nothing else to be seen. */
  readonly inspection = { plannedMerges: () => [], mergePlaceCount: 1 } as Partial<Inspection> as Inspection

  get catalog(): Catalog {
    const meta = this.meta
    const catalog: Partial<Catalog> = {
      meta,
      database: (name) => meta.databases.get(name),
      seriesTable: () => ({ count: 3 }) as SeriesTable,
      seriesIndex: () => ({ measurements: () => ['m'] }) as Partial<SeriesIndex> as SeriesIndex,
    }
    return catalog as Catalog
  }

  setUsers(...users: User[]): void {
    this.meta = { ...this.meta, users: new Map(users.map((user) => [user.name, user])) }
  }

  async writeColumns(): Promise<WriteOutcome> {
    return { writtenCount: 0, rejectedCount: 0, message: null }
  }

  write(request: WriteRequest): Promise<WriteOutcome> {
    this.writes.push(request)
    return this.writeAnswer(request)
  }

  query(request: QueryRequest): AsyncIterable<QueryEvent> {
    this.queries.push(request)
    return this.queryAnswer(request)
  }

  async applyMeta(): Promise<void> {}
  async dropMeasurement(): Promise<void> {}
  async writeRows(): Promise<number> {
    return 0
  }
  async checkpoint(): Promise<Checkpoint> {
    throw new Error('nothing to copy')
  }
  readonly backups = { add: async () => {}, list: () => [] }
  onStored(): () => void {
    return () => {}
  }
  readonly reports = new SelfReports()
  readonly continuousQueries = { runDue: async () => {}, list: (): ContinuousQueryInfo[] => [] }
  runningQueries(): readonly QueryInfo[] {
    return []
  }
  killQuery(): void {}
  forgetStatements(): void {}
  readonly insight: EngineInsight = {
    databases: () => [],
    storage: () => ({
      sizeClasses: [],
      isFlushing: false,
      isMerging: false,
      frozenMemtableCount: 0,
      mergeQueue: [],
      expiries: [],
    }),
    measurements: () => [],
    columns: () => ({ fields: [], tags: [] }),
    statements: () => [],
  }
  async deleteRows(): Promise<void> {}
  async dropShard(): Promise<void> {}
  async flush(): Promise<void> {}
  async mergeNext(): Promise<null> {
    return null
  }
  async compact(): Promise<void> {}
  async close(): Promise<void> {}
  stats(): EngineStats {
    return this.currentStats
  }
}

function databaseEntry(name: string): [string, Database] {
  return [name, { name, retentionPolicies: [], defaultRetentionPolicy: 'autogen' }]
}

export async function* eventsOf(events: readonly QueryEvent[]): AsyncIterable<QueryEvent> {
  yield* events
}

export function endOf(statementId: number, error: string | null = null): QueryEvent {
  return { kind: 'statement-end', statementId, messages: [], error }
}

/** A value list with nulls becomes a column; the type is that of the first value. */
export function columnOf(type: Column['type'], values: readonly unknown[]): Column {
  const validity = values.includes(null) ? new Uint32Array((values.length + 31) >>> 5) : null
  values.forEach((value, row) => {
    if (validity !== null && value !== null) validity[row >>> 5] |= 1 << (row & 31)
  })
  switch (type) {
    case 'float':
      return { type, validity, values: Float64Array.from(values, (value) => Number(value ?? 0)) }
    case 'boolean':
      return { type, validity, values: Uint8Array.from(values, (value) => (value ? 1 : 0)) }
    case 'string':
      return { type, validity, values: values.map((value) => String(value ?? '')) }
    case 'unsigned':
      return { type, validity, values: BigUint64Array.from(values, (value) => BigInt(String(value ?? 0))) }
    case 'integer':
    case 'time':
      return { type, validity, values: BigInt64Array.from(values, (value) => BigInt(String(value ?? 0))) }
  }
}

export function frameOf(
  name: string,
  columns: Readonly<Record<string, Column>>,
  rest: Partial<SeriesFrame> = {},
): SeriesFrame {
  const entries = Object.entries(columns)
  return {
    name,
    tags: null,
    columns: entries.map(([columnName, column]) => ({ name: columnName, column })),
    rowCount: entries[0][1].values.length,
    isPartial: false,
    ...rest,
  }
}

export function frameEvent(statementId: number, frame: SeriesFrame): QueryEvent {
  return { kind: 'frame', statementId, frame }
}
