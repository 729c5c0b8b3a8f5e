/**
 * GROUP BY: tags, wildcards, regular expressions, and at most one `time(interval[, offset])`.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { Expr } from './ast.js'
import { printExpr } from './print-expr.js'
import { isTimeLiteral } from './time-literal.js'
import type { Call } from './walk-expr.js'

/** Dimensions with literals folded; returns the interval in ns, 0 without one. */
export function checkDimensions(dimensions: readonly Expr[]): bigint {
  let intervalNs = 0n
  for (const dimension of dimensions) {
    switch (dimension.kind) {
      case 'varref':
        if (dimension.name.toLowerCase() !== 'time') break
        throw invalid('time() is a function and expects at least one argument')
      case 'call':
        intervalNs = checkTimeCall(dimension, intervalNs)
        break
      case 'wildcard':
      case 'regex':
        break
      default:
        throw invalid('only time and tag dimensions allowed')
    }
  }
  return intervalNs
}

function checkTimeCall({ name, args }: Call, knownIntervalNs: bigint): bigint {
  if (name !== 'time') throw invalid('only time() calls allowed in dimensions')
  if (args.length < 1 || args.length > 2) throw invalid('time dimension expected 1 or 2 arguments')
  const [interval, offset] = args
  if (interval.kind !== 'duration') throw invalid('time dimension must have duration argument')
  if (knownIntervalNs !== 0n) throw invalid('multiple time dimensions not allowed')
  if (offset !== undefined) checkOffset(offset)
  return interval.ns
}

function checkOffset(offset: Expr): void {
  switch (offset.kind) {
    case 'duration':
    case 'time':
      return
    case 'call':
      if (offset.name !== 'now') throw invalid('time dimension offset function must be now()')
      if (offset.args.length > 0) throw invalid('time dimension offset now() function requires no arguments')
      return
    case 'string':
      if (isTimeLiteral(offset.value)) throw invalid(`invalid time dimension offset: ${printExpr(offset)}`)
  }
  throw invalid('time dimension offset must be duration or now()')
}

function invalid(message: string): HyperbyteError {
  return new HyperbyteError('invalid', message)
}
