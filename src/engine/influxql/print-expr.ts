/**
 * Expressions as InfluxDB prints them. The text parses back to the same tree: where InfluxDB would drop digits of a
 * number (it prints three decimals), the grouping of `2 / -x` or the quotes of a function's name, they are kept.
 *
 * Chains to the left, which can be 100,000 operators long, are printed in a loop.
 */

import type { Expr } from './ast.js'
import { formatDuration } from './duration.js'
import { keywordOf, precedenceOf } from './token.js'

export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'varref':
      return expr.type === null ? quoteIdent(expr.name) : `${quoteIdent(expr.name)}::${expr.type}`
    case 'call':
      return `${printFunctionName(expr.name)}(${expr.args.map(printExpr).join(', ')})`
    case 'binary':
      return printChain(expr)
    case 'paren':
      return `(${printExpr(expr.expr)})`
    case 'number':
      return printNumber(expr.value)
    case 'integer':
    case 'unsigned':
      return String(expr.value)
    case 'string':
      return quoteString(expr.value)
    case 'boolean':
      return String(expr.value)
    case 'duration':
      return formatDuration(expr.ns)
    case 'time':
      return `'${formatTime(expr.ns)}'`
    case 'regex':
      return printRegex(expr.source)
    case 'nil':
      return 'nil'
    case 'list':
      return `(${expr.values.map(quoteIdent).join(', ')})`
    case 'wildcard':
      return expr.type === null ? '*' : `*::${expr.type}`
    case 'distinct':
      return `DISTINCT ${quoteIdent(expr.name)}`
  }
}

/** `distinct` is a keyword that may be called. */
function printFunctionName(name: string): string {
  return name === 'distinct' ? name : quoteIdent(name)
}

type Binary = Extract<Expr, { kind: 'binary' }>

function printChain(expr: Binary): string {
  const parts: string[] = []
  let node: Binary = expr
  for (;;) {
    const precedence = precedenceOf(node.op)
    parts.push(` ${node.op} ${printOperand(node.rhs, precedence + 1)}`)
    if (node.lhs.kind !== 'binary' || precedenceOf(node.lhs.op) < precedence) {
      parts.push(printOperand(node.lhs, precedence))
      return parts.reverse().join('')
    }
    node = node.lhs
  }
}

function printOperand(operand: Expr, precedenceMin: number): string {
  const text = printExpr(operand)
  return operand.kind === 'binary' && precedenceOf(operand.op) < precedenceMin ? `(${text})` : text
}

/** At least three decimals, as InfluxDB, and more when the value has more; never an exponent. */
export function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [whole, fraction = ''] = printDecimal(value).split('.')
  return `${whole}.${fraction.padEnd(3, '0')}`
}

/** The shortest digits that mean this number, never with an exponent, which InfluxQL does not read. */
export function printDecimal(value: number): string {
  // From here on a float is a whole number; all of its digits, as Go prints it.
  if (Math.abs(value) >= 2 ** 53) return String(BigInt(value))
  const shortest = Object.is(value, -0) ? '-0' : String(value)
  const match = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(shortest)
  if (match === null) return shortest
  const [, sign, first, rest = '', exponent] = match
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${first}${rest}`
}

/** Quoted unless it is letters, digits and underscores, starts with no digit, and is no keyword. */
export function quoteIdent(name: string): string {
  if (BARE.test(name) && keywordOf(name) === undefined) return name
  return `"${name.replace(/[\n\\"]/g, escapeOf)}"`
}

const BARE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Several names of which all but the last are quoted. */
export function quoteSegments(segments: readonly string[]): string {
  return segments
    .map((segment, i) => {
      const isLast = i === segments.length - 1
      if (segment === '') return i === 0 || isLast ? '""' : ''
      return isLast ? quoteIdent(segment) : `"${segment.replace(/[\n\\"]/g, escapeOf)}"`
    })
    .join('.')
}

export function quoteString(text: string): string {
  return `'${text.replace(/[\n\\']/g, escapeOf)}'`
}

function escapeOf(char: string): string {
  return char === '\n' ? '\\n' : `\\${char}`
}

export function printRegex(source: string): string {
  return `/${source.replaceAll('/', '\\/')}/`
}

const SECOND_NS = 1_000_000_000n

/** RFC 3339 in UTC, with as many decimals as the time has. */
export function formatTime(ns: bigint): string {
  const fraction = ((ns % SECOND_NS) + SECOND_NS) % SECOND_NS
  const seconds = new Date(Number((ns - fraction) / 1_000_000n)).toISOString().slice(0, 19)
  if (fraction === 0n) return `${seconds}Z`
  return `${seconds}.${String(fraction + SECOND_NS)
    .slice(1)
    .replace(/0+$/, '')}Z`
}
