/**
 * The rows of a measurement group by group, in the order of the answer, whether they come from one table or from
 * several of the same name. A group that storage hands out in several pieces passes through piece by piece.
 */

import { compareBytewise } from '../domain/compare-bytewise.js'
import { compareValues } from './group-series.js'
import { concatenateColumns, gatherColumn } from './operators/column-slice.js'
import type { Rows } from './operators/rows.js'
import type { GroupRows } from './scan.js'
import type { SelectContext } from './select-context.js'
import type { PlanRef, SelectPlan } from './select-plan.js'
import { rowsOf, type TableScan } from './table-scan.js'

export interface GroupPiece {
  /** The measurement. */
  readonly name: string
  /** Values of the GROUP BY tags, in bytewise order of the keys. */
  readonly values: readonly string[]
  readonly rows: Rows
  /** The next piece, if any, is of another group. */
  readonly isLast: boolean
}

export async function* tablePieces(
  refs: readonly PlanRef[],
  scan: TableScan,
  context: SelectContext,
): AsyncGenerator<GroupPiece> {
  let held: GroupRows | null = null
  for await (const scanned of context.catalog.scanner.scan(scan.request, context.pace.signal)) {
    // Times and series beside the columns.
    context.pace.countPoints(scanned.rowCount, scanned.columns.length + 2)
    if (held !== null) yield pieceOf(refs, scan, held, held.group !== scanned.group)
    held = scanned
  }
  if (held !== null) yield pieceOf(refs, scan, held, true)
}

function pieceOf(refs: readonly PlanRef[], scan: TableScan, scanned: GroupRows, isLast: boolean): GroupPiece {
  const name = scan.request.table.measurement
  return { name, values: scan.groups[scanned.group].values, rows: rowsOf(scan, refs, scanned), isLast }
}

interface CollectedGroup {
  readonly name: string
  readonly values: readonly string[]
  readonly rows: Rows[]
}

/**
 * Pieces of several sources, group by group in the order of the answer. Holds all rows: the sources come one after the
 * other, and a group's rows may be in all of them.
 */
export async function* collectedPieces(
  plan: SelectPlan,
  sources: readonly AsyncIterable<GroupPiece>[],
  merge: (rows: readonly Rows[]) => Rows,
): AsyncGenerator<GroupPiece> {
  const groups = new Map<string, CollectedGroup>()
  for (const source of sources) {
    for await (const { name, values, rows } of source) {
      const id = [name, ...values].join('\0')
      const known = groups.get(id)
      if (known === undefined) groups.set(id, { name, values, rows: [rows] })
      else known.rows.push(rows)
    }
  }
  const direction = plan.isDescending ? -1 : 1
  const ordered = [...groups.values()].sort((a, b) => direction * compareGroups(a, b))
  for (const { name, values, rows } of cutGroups(ordered, plan)) yield { name, values, rows: merge(rows), isLast: true }
}

function compareGroups(a: CollectedGroup, b: CollectedGroup): number {
  return compareBytewise(a.name, b.name) || compareValues(a.values, b.values)
}

/** SLIMIT has been applied to tables when their scans were planned. */
function cutGroups(groups: readonly CollectedGroup[], { subqueries, seriesLimit, seriesOffset }: SelectPlan) {
  if (subqueries.length === 0 || (seriesLimit === 0 && seriesOffset === 0)) return groups
  return groups.slice(seriesOffset, seriesOffset + seriesLimit)
}

/** One after the other. */
export function concatenateRows(inputs: readonly Rows[]): Rows {
  const order = Int32Array.from({ length: inputs.reduce((count, rows) => count + rows.rowCount, 0) }, (_, i) => i)
  return inputs.length === 1 ? inputs[0] : gatherRows(inputs, order)
}

/** One run of rows in time order; equal times keep the order of the inputs. */
export function mergeRows(inputs: readonly Rows[], isDescending: boolean): Rows {
  if (inputs.length === 1 && isInOrder(inputs[0], isDescending)) return inputs[0]
  const times = concatenateTimes(inputs)
  const order = Int32Array.from({ length: times.length }, (_, i) => i)
  order.sort((a, b) => {
    const isBefore = isDescending ? times[a] > times[b] : times[a] < times[b]
    return isBefore ? -1 : times[a] === times[b] ? a - b : 1
  })
  return gatherRows(inputs, order)
}

function isInOrder({ times, rowCount }: Rows, isDescending: boolean): boolean {
  for (let row = 1; row < rowCount; row++) {
    if (isDescending ? times[row] > times[row - 1] : times[row] < times[row - 1]) return false
  }
  return true
}

function concatenateTimes(inputs: readonly Rows[]): BigInt64Array {
  const times = new BigInt64Array(inputs.reduce((count, rows) => count + rows.rowCount, 0))
  let offset = 0
  for (const rows of inputs) {
    times.set(rows.times.subarray(0, rows.rowCount), offset)
    offset += rows.rowCount
  }
  return times
}

/** `order` counts through all inputs. */
function gatherRows(inputs: readonly Rows[], order: Int32Array): Rows {
  const times = concatenateTimes(inputs)
  return {
    rowCount: order.length,
    times: times.map((_, row) => times[order[row]]),
    columns: inputs[0].columns.map((_, i) => {
      const pieces = inputs.map(({ columns, rowCount }) => ({ column: columns[i], rowCount }))
      return gatherColumn(concatenateColumns(pieces), order)
    }),
  }
}
