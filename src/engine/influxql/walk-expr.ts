/**
 * Walking and rewriting expressions without running out of stack: a chain of operators can be 100,000 deep to the
 * left, so the left side is followed in a loop. Everything else nests at most a few hundred deep.
 */

import type { Expr } from './ast.js'

type Binary = Extract<Expr, { kind: 'binary' }>
export type VarRef = Extract<Expr, { kind: 'varref' }>
export type Call = Extract<Expr, { kind: 'call' }>

/** Visits every node, parents first, left to right; `false` from `visit` skips what is below. */
export function walkExpr(expr: Expr, visit: (node: Expr) => unknown): void {
  const pending: Expr[] = [expr]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (visit(node) === false) continue
    switch (node.kind) {
      case 'binary':
        pending.push(node.rhs, node.lhs)
        break
      case 'paren':
        pending.push(node.expr)
        break
      case 'call':
        for (let i = node.args.length - 1; i >= 0; i--) pending.push(node.args[i])
    }
  }
}

/**
 * The tree with `replace` applied to every node, children first. Nodes of which nothing changed are kept as they are.
 */
export function rewriteExpr(expr: Expr, replace: (node: Expr) => Expr): Expr {
  if (expr.kind === 'binary') return rewriteChain(expr, replace)
  if (expr.kind === 'paren') {
    const inner = rewriteExpr(expr.expr, replace)
    return replace(inner === expr.expr ? expr : { kind: 'paren', expr: inner })
  }
  if (expr.kind === 'call') {
    const args = expr.args.map((argument) => rewriteExpr(argument, replace))
    const isSame = args.every((argument, i) => argument === expr.args[i])
    return replace(isSame ? expr : { kind: 'call', name: expr.name, args })
  }
  return replace(expr)
}

function rewriteChain(expr: Binary, replace: (node: Expr) => Expr): Expr {
  const chain: Binary[] = []
  let leftmost: Expr = expr
  while (leftmost.kind === 'binary') {
    chain.push(leftmost)
    leftmost = leftmost.lhs
  }
  let lhs = rewriteExpr(leftmost, replace)
  for (let i = chain.length - 1; i >= 0; i--) {
    const node = chain[i]
    const rhs = rewriteExpr(node.rhs, replace)
    lhs = replace(lhs === node.lhs && rhs === node.rhs ? node : { kind: 'binary', op: node.op, lhs, rhs })
  }
  return lhs
}

/** Every varref, from left to right, repeats included. */
export function varRefsOf(expr: Expr): VarRef[] {
  const refs: VarRef[] = []
  walkExpr(expr, (node) => {
    if (node.kind === 'varref') refs.push(node)
  })
  return refs
}

/** Every call, outer before inner, from left to right. */
export function callsOf(expr: Expr): Call[] {
  const calls: Call[] = []
  walkExpr(expr, (node) => {
    if (node.kind === 'call') calls.push(node)
  })
  return calls
}

export function hasCall(expr: Expr): boolean {
  let isFound = false
  walkExpr(expr, (node) => {
    if (node.kind === 'call') isFound = true
    return !isFound
  })
  return isFound
}
