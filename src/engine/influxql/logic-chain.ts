/**
 * `a OR b OR c` is a tree that leans to the left and can be 100,000 operators deep. Its operands as a list let callers
 * loop where recursion would run out of stack.
 */

import type { Expr } from './ast.js'

/** The operands of a chain of one operator, from left to right; a single operand when `expr` is no such chain. */
export function operandsOf(expr: Expr, op: 'AND' | 'OR'): Expr[] {
  const operands: Expr[] = []
  let node = expr
  while (node.kind === 'binary' && node.op === op) {
    operands.push(node.rhs)
    node = node.lhs
  }
  operands.push(node)
  return operands.reverse()
}

/** Combines neighbours, then neighbours of the results, and so on: n operands cost log n levels, not n steps of growing size. */
export function combineBalanced<T>(operands: readonly T[], combine: (a: T, b: T) => T): T {
  let level = operands
  while (level.length > 1) {
    const next: T[] = []
    for (let i = 0; i < level.length; i += 2) {
      next.push(i + 1 < level.length ? combine(level[i], level[i + 1]) : level[i])
    }
    level = next
  }
  return level[0]
}
