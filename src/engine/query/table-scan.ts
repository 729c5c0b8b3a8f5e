/**
 * One table of a plan → the request that storage answers, and the way back: how the columns of its rows become the
 * columns of the plan's refs. Tags are no columns in storage; a group of one series repeats its tag, others look it up.
 */

import { castColumn } from '../domain/cast-column.js'
import { type Column, setValid, validityWordCount } from '../domain/column.js'
import { missingColumn } from '../domain/empty-column.js'
import { HyperbyteError } from '../domain/errors.js'
import type { FieldType } from '../domain/field-type.js'
import type { Expr } from '../influxql/ast.js'
import { varRefsOf } from '../influxql/walk-expr.js'
import type { SeriesTable, Tag } from '../metadata/series-table.js'
import type { Catalog, QueryLimits } from './catalog.js'
import { canReadAs, preferred } from './column-kinds.js'
import { groupSeries, type TagSetGroup } from './group-series.js'
import { constantStrings } from './operators/column-slice.js'
import type { Rows } from './operators/rows.js'
import type { GroupRows, ScanField, ScanRequest, TableName } from './scan.js'
import type { PlanRef, SelectPlan } from './select-plan.js'

export interface TableScan {
  readonly request: ScanRequest
  readonly groups: readonly TagSetGroup[]
  readonly seriesTable: SeriesTable
  /** For each ref of the plan, its column among the scan's; -1 for tags and for fields this table does not have. */
  readonly scanColumns: readonly number[]
}

/** null when no row of the table can be part of the answer. */
export function planTableScan(
  plan: SelectPlan,
  table: TableName,
  catalog: Catalog,
  limits: QueryLimits,
): TableScan | null {
  const types = catalog.fieldTypes(table, plan.scanRange)
  const { fields, scanColumns } = outputFields(plan.refs, types)
  if (fields.length === 0 || plan.range.startNs >= plan.range.endNs) return null
  const outputFieldCount = fields.length
  const seriesTable = catalog.seriesTable(table.database)
  const index = catalog.seriesIndex(table.database)
  const selections = index.select(table.measurement, plan.condition, (name) => plan.conditionFields.has(name))
  checkSeriesCount(selections, limits.maxSelectSeries)
  const groups = groupSeries(selections, (key) => index.tagReader(table.measurement, key), plan)
  if (groups.length === 0) return null
  for (const { residual } of selections) addFilterFields(residual, types, fields)
  return {
    request: {
      table,
      groups,
      fields,
      outputFieldCount,
      range: plan.scanRange,
      isDescending: plan.isDescending,
      rowLimitPerGroup: plan.calls.length === 0 && plan.limit > 0 ? plan.limit + plan.offset : 0,
    },
    groups,
    seriesTable,
    scanColumns,
  }
}

const NO_TYPES: ReadonlySet<FieldType> = new Set()

/** Whether the table has the field and series that the tags of the condition leave. */
export function hasSeriesWith(plan: SelectPlan, field: string, table: TableName, catalog: Catalog): boolean {
  if (!catalog.fieldTypes(table, plan.scanRange).has(field)) return false
  const index = catalog.seriesIndex(table.database)
  return index.select(table.measurement, plan.condition, (name) => plan.conditionFields.has(name)).length > 0
}

type FieldTypes = ReadonlyMap<string, ReadonlySet<FieldType>>

function outputFields(refs: readonly PlanRef[], types: FieldTypes) {
  const fields: ScanField[] = []
  const scanColumns = refs.map((ref) => {
    if (ref.kind === 'tag' || !canReadAs(types.get(ref.name), ref.type)) return -1
    const known = fields.findIndex(({ name, type }) => name === ref.name && type === ref.type)
    if (known >= 0) return known
    fields.push({ name: ref.name, type: ref.type })
    return fields.length - 1
  })
  return { fields, scanColumns }
}

/** References with a cast to a stored type read that; all others the type that counts for the name. */
function addFilterFields(filter: Expr | null, types: FieldTypes, fields: ScanField[]): void {
  if (filter === null) return
  const references = varRefsOf(filter)
  for (const { name, type: castType } of references) {
    const type = [...(types.get(name) ?? NO_TYPES)].find((stored) => stored === castType)
    if (type === undefined || fields.some((field) => field.name === name && field.type === type)) continue
    fields.push({ name, type })
  }
  for (const { name } of references) {
    const type = preferred(undefined, types.get(name) ?? NO_TYPES)
    if (type === undefined || fields.findLast((field) => field.name === name)?.type === type) continue
    fields.push({ name, type })
  }
}

function checkSeriesCount(selections: readonly { readonly series: Uint32Array }[], seriesCountMax: number): void {
  if (seriesCountMax === 0) return
  const count = selections.reduce((sum, { series }) => sum + series.length, 0)
  if (count <= seriesCountMax) return
  throw new HyperbyteError('limit-exceeded', `max-select-series limit exceeded: (${count}/${seriesCountMax})`)
}

/** Rows of one group with a column for each ref of the plan. */
export function rowsOf(scan: TableScan, refs: readonly PlanRef[], scanned: GroupRows): Rows {
  const { rowCount, timestamps, columns } = scanned
  const tags = refs.some(({ kind }) => kind === 'tag') ? onlyTags(scan, scanned.group) : null
  return {
    rowCount,
    times: timestamps,
    columns: refs.map((ref, i) => {
      if (ref.kind === 'tag') {
        return tags === null ? tagColumn(scan, ref.name, scanned) : constantStrings(findTag(tags, ref.name), rowCount)
      }
      const position = scan.scanColumns[i]
      return position < 0 ? missingColumn(ref.type, rowCount) : castColumn(columns[position], ref.type, rowCount)
    }),
  }
}

/** The tags that all rows of the group share because it has one series; null when it has several. */
function onlyTags({ groups, seriesTable }: TableScan, group: number): readonly Tag[] | null {
  const { parts } = groups[group]
  return parts.length === 1 && parts[0].series.length === 1 ? seriesTable.tagsOf(parts[0].series[0]) : null
}

function tagColumn(scan: TableScan, key: string, { rowCount, series }: GroupRows): Column {
  const known = new Map<number, string | null>()
  const values: string[] = new Array(rowCount)
  const validity = new Uint32Array(validityWordCount(rowCount))
  for (let row = 0; row < rowCount; row++) {
    const ordinal = series[row]
    let value = known.get(ordinal)
    if (value === undefined) {
      value = findTag(scan.seriesTable.tagsOf(ordinal), key)
      known.set(ordinal, value)
    }
    values[row] = value ?? ''
    if (value !== null) setValid(validity, row)
  }
  return { type: 'string', values, validity }
}

function findTag(tags: readonly Tag[], key: string): string | null {
  for (const [tagKey, value] of tags) if (tagKey === key) return value
  return null
}
