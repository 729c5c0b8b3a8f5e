/**
 * The type that InfluxDB gives an expression before it reads a row: it refuses what does not go together, and it is the
 * type of a subquery's column. It is not always that of the values: integers divided are an integer here and a float in
 * the answer, and a math function has the type of its argument. Source: answers of influxd 1.6.7.
 */

import { HyperbyteError } from '../domain/errors.js'
import { type FieldType, isNumeric } from '../domain/field-type.js'
import type { BinaryOperator, CastType, Expr } from '../influxql/ast.js'
import { printExpr } from '../influxql/print-expr.js'
import { rewriteExpr } from '../influxql/walk-expr.js'

/** `unknown`: a name that is neither field nor tag, and what is made of it. */
export type StaticType = FieldType | 'tag' | 'unknown'

export interface TypedNames {
  typeOfName(name: string): StaticType
}

type Binary = Extract<Expr, { kind: 'binary' }>

/** Throws `invalid`, `type error: …`. */
export function staticTypeOf(expr: Expr, names: TypedNames): StaticType {
  switch (expr.kind) {
    case 'paren':
      return staticTypeOf(expr.expr, names)
    case 'varref':
      return typeOfReference(expr.name, expr.type, names)
    case 'call':
      return typeOfCall(
        expr.name,
        expr.args.map((argument) => staticTypeOf(argument, names)),
      )
    case 'binary':
      return typeOfChain(expr, names)
    case 'number':
      return 'float'
    case 'integer':
    case 'unsigned':
    case 'string':
    case 'boolean':
      return expr.kind
    default:
      return 'unknown'
  }
}

function typeOfReference(name: string, cast: CastType | null, names: TypedNames): StaticType {
  if (cast === null || cast === 'field') return names.typeOfName(name)
  return cast === 'time' || cast === 'duration' ? 'unknown' : cast
}

const ALWAYS_FLOAT = new Set([
  'mean',
  'median',
  'integral',
  'stddev',
  'derivative',
  'non_negative_derivative',
  'moving_average',
])
const ALWAYS_INTEGER = new Set(['count', 'elapsed'])

function typeOfCall(name: string, [first = 'unknown']: readonly StaticType[]): StaticType {
  if (ALWAYS_FLOAT.has(name)) return 'float'
  return ALWAYS_INTEGER.has(name) ? 'integer' : first
}

/** Chains of operators are long to the left, so that side is followed in a loop. */
function typeOfChain(expr: Binary, names: TypedNames): StaticType {
  const chain: Binary[] = []
  let node: Expr = expr
  while (node.kind === 'binary') {
    chain.push(node)
    node = node.lhs
  }
  let type = staticTypeOf(node, names)
  for (const binary of chain.reverse()) {
    const rhs = staticTypeOf(binary.rhs, names)
    const result = typeOfOperation(binary.op, type, rhs)
    if (result === null) throw typeError(binary, `incompatible types: ${type} and ${rhs}`, names)
    type = result
  }
  return type
}

const IS_BITWISE: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(['&', '|', '^'])

/** null = the types do not go together. A boolean on the left takes anything on the right bit by bit. */
function typeOfOperation(op: BinaryOperator, lhs: StaticType, rhs: StaticType): StaticType | null {
  if (lhs === 'boolean' && IS_BITWISE.has(op)) return 'boolean'
  if (lhs === 'unknown' || rhs === 'unknown') return lhs === 'unknown' ? rhs : lhs
  if (lhs === 'tag' || rhs === 'tag' || !isNumeric(lhs) || !isNumeric(rhs)) return null
  if (lhs === 'float' || rhs === 'float') return IS_BITWISE.has(op) ? null : 'float'
  return lhs === 'unsigned' || rhs === 'unsigned' ? 'unsigned' : 'integer'
}

/** Prints the expression with the types of its names. */
export function typeError(expr: Expr, reason: string, names: TypedNames): HyperbyteError {
  const typed = rewriteExpr(expr, (node) => {
    if (node.kind !== 'varref') return node
    const type = typeOfReference(node.name, node.type, names)
    return type === 'unknown' ? node : { ...node, type }
  })
  return new HyperbyteError('invalid', `type error: ${printExpr(typed)}: ${reason}`)
}
