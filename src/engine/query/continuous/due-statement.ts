/** A stored continuous query → its schedule, and the SELECT to run for a range of time. */

import { HyperbyteError } from '../../domain/errors.js'
import type { TimeRange } from '../../domain/time-range.js'
import type { Expr, SelectStatement, Statement } from '../../influxql/ast.js'
import { parseQuery } from '../../influxql/parse-query.js'
import { printSelect } from '../../influxql/print-statement.js'
import { splitTime } from '../../influxql/split-time.js'
import { groupWindow } from '../group-window.js'
import type { RunSchedule } from './plan-run.js'

export type ContinuousStatement = Extract<Statement, { kind: 'create-continuous-query' }>

export function parseContinuousQuery(text: string): ContinuousStatement {
  const [statement] = parseQuery(text, null)
  if (statement?.kind !== 'create-continuous-query') throw new HyperbyteError('corrupt', 'not a continuous query')
  return statement
}

/** Throws `invalid` for a query that can never run. */
export function scheduleOf(statement: ContinuousStatement, nowNs: bigint): RunSchedule {
  const { source, resampleEveryNs, resampleForNs } = statement
  const window = groupWindow(source.dimensions, nowNs, source.timeZone)
  if (window === null) throw new HyperbyteError('invalid', 'continuous queries must be aggregate queries')
  return { window, everyNs: resampleEveryNs, forNs: resampleForNs }
}

/** The range takes the place of every comparison with time that the query has. */
export function selectOver(source: SelectStatement, range: TimeRange, nowNs: bigint): string {
  const { condition } = splitTime(source.condition, { nowNs, localToUtc: null })
  const bounds: Expr = {
    kind: 'binary',
    op: 'AND',
    lhs: { kind: 'binary', op: '>=', lhs: TIME, rhs: { kind: 'integer', value: range.startNs } },
    rhs: { kind: 'binary', op: '<', lhs: TIME, rhs: { kind: 'integer', value: range.endNs } },
  }
  const rest: Expr | null = condition === null ? null : { kind: 'paren', expr: condition }
  return printSelect({
    ...source,
    condition: rest === null ? bounds : { kind: 'binary', op: 'AND', lhs: rest, rhs: bounds },
  })
}

const TIME: Expr = { kind: 'varref', name: 'time', type: null }
