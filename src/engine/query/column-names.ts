/**
 * Names of the columns of a SELECT's answer, as InfluxDB makes them: the alias; else the function or the names in the
 * expression joined by `_`; a name that is taken gets `_1`, `_2`, …, except that aliases may repeat.
 */

import type { Expr, SelectField } from '../influxql/ast.js'

export function columnNames(fields: readonly SelectField[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { alias } of fields) if (alias !== '') counts.set(alias, 1)
  return fields.map(({ alias, expr }) => (alias !== '' ? alias : unusedName(exprName(expr), counts)))
}

function unusedName(name: string, counts: Map<string, number>): string {
  let unused = name
  const taken = counts.get(name)
  if (taken !== undefined) {
    let count = taken
    while (counts.has(`${name}_${count}`)) count++
    unused = `${name}_${count}`
    counts.set(name, count + 1)
  }
  counts.set(unused, (counts.get(unused) ?? 0) + 1)
  return unused
}

export function exprName(expr: Expr): string {
  switch (expr.kind) {
    case 'varref':
    case 'call':
      return expr.name
    case 'distinct':
      return 'distinct'
    case 'paren':
      return exprName(expr.expr)
    case 'binary':
      return namesIn(expr).join('_')
    default:
      return ''
  }
}

/** Chains of operators are long to the left, so that side is followed in a loop. */
function namesIn(expr: Expr): string[] {
  const names: string[][] = []
  let node = expr
  while (node.kind === 'binary') {
    names.push(namesIn(node.rhs))
    node = node.lhs
  }
  if (node.kind === 'paren') names.push(namesIn(node.expr))
  if (node.kind === 'varref' || node.kind === 'call') names.push([node.name])
  return names.reverse().flat()
}
