/**
 * The calls in a WHERE condition: only mathematical functions, with the right number of arguments.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { Expr } from './ast.js'
import { functionInfo } from './function-table.js'
import { printExpr } from './print-expr.js'
import { type Call, walkExpr } from './walk-expr.js'

/** `condition` without time, literals folded. Parentheses hide what is in them from InfluxDB's check. */
export function checkCondition(condition: Expr): void {
  walkExpr(condition, (node) => {
    if (node.kind === 'call') checkCall(node)
    return node.kind !== 'paren'
  })
}

function checkCall(call: Call): void {
  const rule = functionInfo(call.name)?.rule
  if (rule !== 'math-1' && rule !== 'math-2') {
    throw new HyperbyteError('invalid', `invalid function call in condition: ${printExpr(call)}`)
  }
  // InfluxDB does not count log among the functions of two numbers here.
  const expected = rule === 'math-2' && call.name !== 'log' ? 2 : 1
  if (call.args.length === expected) return
  throw new HyperbyteError(
    'invalid',
    `invalid number of arguments for ${call.name}, expected ${expected}, got ${call.args.length}`,
  )
}
