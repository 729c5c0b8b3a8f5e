/**
 * SELECT from statement to frames: normalise, plan a scan for each table, then either rows as they are or functions
 * over them, one measurement after the other.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { SelectStatement } from '../influxql/ast.js'
import { checkSelect } from '../influxql/check-select.js'
import { foldSelect } from '../influxql/fold-select.js'
import { normaliseSelect } from './normalise-select.js'
import type { SeriesFrame } from './result.js'
import { runAggregateSelect } from './run-aggregate-select.js'
import { runRawSelect } from './run-raw-select.js'
import type { SelectContext } from './select-context.js'
import { planTableScan } from './table-scan.js'

/** Throws HyperbyteError with the text for `results[i].error`; frames that came before stay valid. */
export async function* runSelect(statement: SelectStatement, context: SelectContext): AsyncGenerator<SeriesFrame> {
  const { catalog, request } = context
  if (statement.target !== null) throw new HyperbyteError('unsupported', 'INTO is not implemented yet')
  checkSelect(statement)
  const plan = normaliseSelect(foldSelect(statement), catalog, request)
  for (const tables of plan.tables) {
    const scans = tables.flatMap((table) => planTableScan(plan, table, catalog, request.limits) ?? [])
    if (scans.length === 0) continue
    yield* plan.calls.length === 0 ? runRawSelect(plan, scans, context) : runAggregateSelect(plan, scans, context)
  }
}
