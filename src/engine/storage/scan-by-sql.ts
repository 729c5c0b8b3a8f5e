/**
 * The wide path of a scan: DuckDB reads, deduplicates, filters and sorts; rows come back as columns per group. A filter
 * that SQL cannot express exactly is applied here to the rows.
 */

import type { Column } from '../domain/column.js'
import type { TimeRange } from '../domain/time-range.js'
import type { SeriesTable } from '../metadata/series-table.js'
import type { GroupRows, ScanGroup, ScanRequest } from '../query/scan.js'
import type { ColumnChunk, Duckdb, SqlValue } from '../sql/duckdb.js'
import { compileFilter } from './compile-filter.js'
import { compileRelation } from './compile-relation.js'
import { type ColumnPiece, concatColumns } from './concat-columns.js'
import { filterRows } from './filter-rows.js'
import { seriesPredicate, writeSelection } from './series-selection.js'
import type { SourceSet } from './source-set.js'

/** A group's rows are handed on in pieces of this size, so that answers stream. */
const PIECE_ROWS = 65_536
/** Up to here the first rows of a group are looked for by time alone. */
const FIRST_ROWS_MAX = 16

export interface SqlScanContext {
  readonly duckdb: Duckdb
  readonly seriesTable: SeriesTable
  /** A name for a table that nobody else uses. */
  readonly nextTableName: () => string
  readonly pause: () => Promise<void>
}

export async function* scanBySql(
  context: SqlScanContext,
  set: SourceSet,
  request: ScanRequest,
  signal: AbortSignal,
): AsyncGenerator<GroupRows> {
  const selection = context.nextTableName()
  await writeSelection(context.duckdb, selection, request.groups, context.seriesTable, context.pause)
  try {
    const narrowed = await narrowToFirstRows(context, set, request, selection, signal)
    const { sql, values, isFiltered } = compileScan(context, set, narrowed, selection)
    const types = ['integer' as const, 'integer' as const, 'time' as const, ...request.fields.map(({ type }) => type)]
    const chunks = context.duckdb.stream(sql, values, types, signal)
    yield* groupChunks(chunks, request, isFiltered ? null : request.groups)
  } finally {
    await context.duckdb.run(`DROP TABLE ${selection}`)
  }
}

interface CompiledScan {
  readonly sql: string
  readonly values: readonly SqlValue[]
  /** False when rows still have to be filtered. */
  readonly isFiltered: boolean
}

function compileScan(context: SqlScanContext, set: SourceSet, request: ScanRequest, selection: string): CompiledScan {
  const { fields, outputFieldCount, isDescending, rowLimitPerGroup, groups } = request
  const relation = compileRelation(set, fields, request.range, seriesPredicate(groups, context.seriesTable))
  const filter = commonFilter(groups)
  const compiled = filter === null || filter === undefined ? null : compileFilter(filter, fields)
  const isFiltered = filter === null || compiled !== null
  const conditions: string[] = []
  const outputs = Array.from({ length: outputFieldCount }, (_, i) => `f${i} IS NOT NULL`)
  if (outputs.length > 0) conditions.push(`(${outputs.join(' OR ')})`)
  if (compiled !== null) conditions.push(compiled.sql)
  const columns = ['s.grp', 's.ord', 'r."time"', ...fields.map((_, i) => `r.f${i}`)]
  const direction = isDescending ? ' DESC' : ''
  const order = `s.grp, r."time"${direction}, s.position`
  let sql = `SELECT ${columns.join(', ')} FROM (${relation}) AS r JOIN ${selection} AS s USING (_series)`
  if (conditions.length > 0) sql += ` WHERE ${conditions.join(' AND ')}`
  const isCut = rowLimitPerGroup > 0 && isFiltered
  if (isCut && groups.length > 1) {
    sql += ` QUALIFY row_number() OVER (PARTITION BY s.grp ORDER BY r."time"${direction}, s.position) <= ${rowLimitPerGroup}`
  }
  sql += ` ORDER BY ${order}`
  if (isCut && groups.length === 1) sql += ` LIMIT ${rowLimitPerGroup}`
  return { sql, values: compiled?.values ?? [], isFiltered }
}

/**
 * A scan that wants the first few rows of every group reads one more column first: the time of each series' n-th row. The
 * rest of the scan then skips everything beyond the furthest of these, which for "the last point of every host" is
 * nearly all. Only where each row is sure to count, so that n rows of a series are n rows of the answer.
 */
async function narrowToFirstRows(
  context: SqlScanContext,
  set: SourceSet,
  request: ScanRequest,
  selection: string,
  signal: AbortSignal,
): Promise<ScanRequest> {
  const { rowLimitPerGroup: limit, groups, isDescending, range } = request
  if (limit === 0 || limit > FIRST_ROWS_MAX || groups.length < 2 || commonFilter(groups) !== null) return request
  const relation = compileRelation(set, [], range, seriesPredicate(groups, context.seriesTable))
  const [nearest, furthest] = isDescending ? ['max', 'min'] : ['min', 'max']
  const sql =
    `SELECT ${furthest}(bound) FROM (SELECT ${nearest}(r."time", ${limit})[-1] AS bound ` +
    `FROM (${relation}) AS r JOIN ${selection} USING (_series) GROUP BY _series)`
  for await (const { columns } of context.duckdb.stream(sql, [], ['time'], signal)) {
    const [bound] = columns[0].values as BigInt64Array
    if (columns[0].validity !== null) return request
    const narrowed = isDescending
      ? { startNs: bound, endNs: range.endNs }
      : { startNs: range.startNs, endNs: bound + 1n }
    return (await hasEmptyRows(context, set, request, narrowed, signal)) ? request : { ...request, range: narrowed }
  }
  return request
}

/** Whether some row of the range has none of the output fields, and so would not count. */
async function hasEmptyRows(
  context: SqlScanContext,
  set: SourceSet,
  request: ScanRequest,
  range: TimeRange,
  signal: AbortSignal,
): Promise<boolean> {
  const outputs = request.fields.slice(0, request.outputFieldCount)
  const relation = compileRelation(set, outputs, range, '')
  const isEmpty = outputs.map((_, i) => `f${i} IS NULL`).join(' AND ')
  const sql = `SELECT count(*)::BIGINT FROM (${relation}) WHERE ${isEmpty === '' ? 'false' : isEmpty}`
  for await (const { columns } of context.duckdb.stream(sql, [], ['integer'], signal)) {
    return (columns[0].values as BigInt64Array)[0] > 0n
  }
  return false
}

/** The filter that all series share; undefined when they differ. */
function commonFilter(groups: readonly ScanGroup[]): ScanGroup['parts'][number]['filter'] | undefined {
  const first = groups[0].parts[0].filter
  for (const { parts } of groups) for (const { filter } of parts) if (filter !== first) return undefined
  return first
}

/** Cuts a stream ordered by group into rows per group; `filters` = the groups whose filters are still to be applied. */
async function* groupChunks(
  chunks: AsyncGenerator<ColumnChunk>,
  request: ScanRequest,
  filters: readonly ScanGroup[] | null,
): AsyncGenerator<GroupRows> {
  let pieces: ColumnPiece[] = []
  let rowCount = 0
  let group = -1
  let emitted = 0
  const take = (): GroupRows | null => {
    const rows = rowCount === 0 ? null : makeRows(group, pieces, rowCount, request)
    pieces = []
    rowCount = 0
    const filtered = rows === null || filters === null ? rows : filterRows(rows, filters[group], request)
    if (filtered === null) return null
    const cut = cutRows(filtered, request.rowLimitPerGroup, emitted)
    emitted += cut.rowCount
    const outputs = { ...cut, columns: cut.columns.slice(0, request.outputFieldCount) }
    return outputs.rowCount > 0 ? outputs : null
  }
  for await (const { rowCount: chunkRows, columns } of chunks) {
    const groupNumbers = columns[0].values as BigInt64Array
    for (let from = 0; from < chunkRows; ) {
      const to = endOfRun(groupNumbers, from, chunkRows)
      const next = Number(groupNumbers[from])
      if (next !== group || rowCount >= PIECE_ROWS) {
        const rows = take()
        if (rows !== null) yield rows
        if (next !== group) emitted = 0
        group = next
      }
      pieces.push({ columns, from, to })
      rowCount += to - from
      from = to
    }
  }
  const rows = take()
  if (rows !== null) yield rows
}

function endOfRun(values: BigInt64Array, from: number, end: number): number {
  const value = values[from]
  if (values[end - 1] === value) return end
  let to = from + 1
  while (to < end && values[to] === value) to++
  return to
}

function makeRows(group: number, pieces: readonly ColumnPiece[], rowCount: number, request: ScanRequest): GroupRows {
  const ordinals = concatColumns(pieces, 1, rowCount).values as BigInt64Array
  const halves = new Int32Array(ordinals.buffer)
  const series = new Uint32Array(rowCount)
  for (let i = 0; i < rowCount; i++) series[i] = halves[2 * i]
  const columns: Column[] = request.fields.map((_, i) => concatColumns(pieces, 3 + i, rowCount))
  return { group, rowCount, timestamps: concatColumns(pieces, 2, rowCount).values as BigInt64Array, series, columns }
}

function cutRows(rows: GroupRows, limit: number, emitted: number): GroupRows {
  return limit > 0 && emitted + rows.rowCount > limit ? { ...rows, rowCount: Math.max(0, limit - emitted) } : rows
}
