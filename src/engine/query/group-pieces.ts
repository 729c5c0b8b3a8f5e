/**
 * The rows of a measurement group by group, in the order of the answer, whether they come from one table or from
 * several of the same name. A group that storage hands out in several pieces passes through piece by piece.
 */

import { compareValues, type TagSetGroup } from './group-series.js'
import { concatenateColumns, gatherColumn } from './operators/column-slice.js'
import type { Rows } from './operators/rows.js'
import type { GroupRows } from './scan.js'
import type { SelectContext } from './select-context.js'
import type { PlanRef, SelectPlan } from './select-plan.js'
import { rowsOf, type TableScan } from './table-scan.js'

export interface GroupPiece {
  /** Values of the GROUP BY tags, in bytewise order of the keys. */
  readonly values: readonly string[]
  readonly rows: Rows
  /** The next piece, if any, is of another group. */
  readonly isLast: boolean
}

export function groupPieces(
  plan: SelectPlan,
  scans: readonly TableScan[],
  context: SelectContext,
): AsyncIterable<GroupPiece> {
  return scans.length === 1 ? tablePieces(plan.refs, scans[0], context) : mergedPieces(plan, scans, context)
}

async function* tablePieces(
  refs: readonly PlanRef[],
  scan: TableScan,
  context: SelectContext,
): AsyncGenerator<GroupPiece> {
  let held: GroupRows | null = null
  for await (const scanned of context.catalog.scanner.scan(scan.request, context.pace.signal)) {
    context.pace.countPoints(scanned.rowCount)
    if (held !== null) yield pieceOf(refs, scan, held, held.group !== scanned.group)
    held = scanned
  }
  if (held !== null) yield pieceOf(refs, scan, held, true)
}

function pieceOf(refs: readonly PlanRef[], scan: TableScan, scanned: GroupRows, isLast: boolean): GroupPiece {
  return { values: scan.groups[scanned.group].values, rows: rowsOf(scan, refs, scanned), isLast }
}

/** Holds all rows: tables of one name in one query are rare, and their groups come in separate streams. */
async function* mergedPieces(
  plan: SelectPlan,
  scans: readonly TableScan[],
  context: SelectContext,
): AsyncGenerator<GroupPiece> {
  const groups = new Map<string, { values: TagSetGroup['values']; rows: Rows[] }>()
  for (const scan of scans) {
    for await (const { values, rows } of tablePieces(plan.refs, scan, context)) {
      const id = values.join('\0')
      const known = groups.get(id)
      if (known === undefined) groups.set(id, { values, rows: [rows] })
      else known.rows.push(rows)
    }
  }
  const direction = plan.isDescending ? -1 : 1
  const ordered = [...groups.values()].sort((a, b) => direction * compareValues(a.values, b.values))
  for (const { values, rows } of ordered) yield { values, rows: mergeRows(rows, plan.isDescending), isLast: true }
}

/** One run of rows in time order; equal times keep the order of the inputs. */
export function mergeRows(inputs: readonly Rows[], isDescending: boolean): Rows {
  if (inputs.length === 1) return inputs[0]
  const rowCount = inputs.reduce((count, rows) => count + rows.rowCount, 0)
  const times = new BigInt64Array(rowCount)
  let offset = 0
  for (const rows of inputs) {
    times.set(rows.times.subarray(0, rows.rowCount), offset)
    offset += rows.rowCount
  }
  const order = Int32Array.from({ length: rowCount }, (_, i) => i)
  order.sort((a, b) => {
    const isBefore = isDescending ? times[a] > times[b] : times[a] < times[b]
    return isBefore ? -1 : times[a] === times[b] ? a - b : 1
  })
  return {
    rowCount,
    times: times.map((_, row) => times[order[row]]),
    columns: inputs[0].columns.map((_, i) => {
      const pieces = inputs.map(({ columns, rowCount }) => ({ column: columns[i], rowCount }))
      return gatherColumn(concatenateColumns(pieces), order)
    }),
  }
}
