/**
 * Mathematical functions of literals: `pow(2, 10)` is 1024 before any row is read. With arguments that are no numbers
 * they are nil. (Functions of fields are computed by the query stage.)
 */

import type { Expr } from './ast.js'
import { isMathFunction } from './function-table.js'
import type { Call } from './walk-expr.js'

const LITERALS: ReadonlySet<Expr['kind']> = new Set<Expr['kind']>([
  ...(['number', 'integer', 'unsigned', 'string', 'boolean', 'duration', 'time', 'regex', 'nil', 'list'] as const),
])

export function isLiteral(expr: Expr): boolean {
  return LITERALS.has(expr.kind)
}

/** Null when the call is not mathematical, has arguments that are no literals, or the wrong number of them. */
export function foldMath({ name, args }: Call): Expr | null {
  if (!isMathFunction(name) || args.length === 0 || !args.every(isLiteral)) return null
  const isBinary = Object.hasOwn(OF_TWO, name)
  if (args.length !== (isBinary ? 2 : 1)) return null
  const [first, second] = args
  if (first.kind === 'integer' && KEEPS_INTEGERS.has(name)) {
    return { kind: 'integer', value: name === 'abs' && first.value < 0n ? -first.value : first.value }
  }
  const x = numberOf(first)
  const y = isBinary ? numberOf(second) : 0
  if (x === null || y === null) return { kind: 'nil' }
  return { kind: 'number', value: isBinary ? OF_TWO[name](x, y) : OF_ONE[name](x) }
}

const KEEPS_INTEGERS: ReadonlySet<string> = new Set(['abs', 'ceil', 'floor', 'round'])

function numberOf(expr: Expr): number | null {
  if (expr.kind === 'number') return expr.value
  return expr.kind === 'integer' || expr.kind === 'unsigned' ? Number(expr.value) : null
}

const OF_TWO: Readonly<Record<string, (x: number, y: number) => number>> = {
  atan2: Math.atan2,
  log: (x, base) => Math.log(x) / Math.log(base),
  pow: Math.pow,
}

const OF_ONE: Readonly<Record<string, (x: number) => number>> = {
  abs: Math.abs,
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  // Halves go away from zero, as in Go.
  round: (x) => Math.sign(x) * Math.round(Math.abs(x)),
  sin: Math.sin,
  sqrt: Math.sqrt,
  tan: Math.tan,
}
