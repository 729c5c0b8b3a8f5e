/**
 * SELECT, and the clauses it shares with other statements: sources, WHERE, GROUP BY, ORDER BY, LIMIT and its kin.
 */

import type {
  BinaryOperator,
  Expr,
  FillMode,
  MeasurementRef,
  SelectField,
  SelectStatement,
  SortField,
  Source,
} from './ast.js'
import { integerOf } from './integer-literal.js'
import { parseError } from './parse-error.js'
import { parseExpr, parseIdent, parseRegex, parseSegments } from './parse-expr.js'
import { printExpr } from './print-expr.js'
import { zoneOf } from './time-zone.js'
import { isArithmetic } from './token.js'
import type { TokenCursor } from './token-cursor.js'
import { walkExpr } from './walk-expr.js'

/** Whether `INTO` may, must or must not occur. */
export type TargetRule = 'optional' | 'required' | 'none'

/** The rest of a SELECT whose keyword is read. */
export function parseSelect(cursor: TokenCursor, targetRule: TargetRule): SelectStatement {
  const fields = parseFields(cursor)
  const target = targetRule === 'none' ? null : parseTarget(cursor, targetRule)
  cursor.expect('FROM')
  return {
    kind: 'select',
    fields,
    target,
    sources: parseSources(cursor, true),
    condition: parseCondition(cursor),
    dimensions: parseDimensions(cursor),
    fill: parseFill(cursor),
    sortFields: parseOrderBy(cursor),
    limit: parseCount(cursor, 'LIMIT'),
    offset: parseCount(cursor, 'OFFSET'),
    seriesLimit: parseCount(cursor, 'SLIMIT'),
    seriesOffset: parseCount(cursor, 'SOFFSET'),
    timeZone: parseTimeZone(cursor),
  }
}

function parseFields(cursor: TokenCursor): SelectField[] {
  const fields: SelectField[] = []
  do {
    fields.push(parseField(cursor))
  } while (cursor.accept(','))
  return fields
}

function parseField(cursor: TokenCursor): SelectField {
  const regex = parseRegex(cursor)
  const expr: Expr = regex === null ? parseFieldExpr(cursor) : { kind: 'regex', source: regex }
  const alias = cursor.accept('AS') ? parseIdent(cursor) : ''
  cursor.skipSpace()
  return { expr, alias }
}

function parseFieldExpr(cursor: TokenCursor): Expr {
  const start = cursor.look()
  const expr = parseExpr(cursor)
  const operator = lastConditionOperator(expr)
  if (operator === null) return expr
  const { message } = cursor.errorAt(start, `invalid operator ${operator} in SELECT clause`)
  throw parseError(`${message}; operator is intended for WHERE clause`)
}

/** Of the outermost comparisons, ANDs and ORs in an expression the last, which is the one InfluxDB names. */
function lastConditionOperator(expr: Expr): BinaryOperator | null {
  let last: BinaryOperator | null = null
  walkExpr(expr, (node) => {
    if (node.kind !== 'binary' || isArithmetic(node.op)) return true
    last = node.op
    return false
  })
  return last
}

const COLON = 58

function parseTarget(cursor: TokenCursor, rule: TargetRule): MeasurementRef | null {
  const into = cursor.next()
  if (into.kind !== 'INTO') {
    if (rule === 'required') throw cursor.unexpected(into, ['INTO'])
    cursor.takeBack()
    return null
  }
  const segments = parseSegments(cursor)
  if (segments.length < 3 && cursor.peekChar() === COLON) {
    cursor.expectAll(':', 'MEASUREMENT')
    segments.push('')
  }
  return { ...measurementOf(segments, null), isTarget: true }
}

function measurementOf(segments: readonly string[], regex: string | null): MeasurementRef {
  const path = regex === null ? segments.slice(0, -1) : segments
  return {
    kind: 'measurement',
    database: path.length === 2 ? path[0] : '',
    retentionPolicy: path[path.length - 1] ?? '',
    name: regex === null ? segments[segments.length - 1] : '',
    regex,
  }
}

/** Each may be a regex to hold against every measurement: as many take about 0.1 s. */
const SOURCE_COUNT_MAX = 5_000

export function parseSources(cursor: TokenCursor, isSubqueryAllowed: boolean): Source[] {
  const sources: Source[] = []
  do {
    if (sources.length === SOURCE_COUNT_MAX) {
      throw cursor.errorAt(cursor.next(), `statement has more than ${SOURCE_COUNT_MAX} sources`)
    }
    sources.push(parseSource(cursor, isSubqueryAllowed))
  } while (cursor.accept(','))
  return sources
}

export function parseSource(cursor: TokenCursor, isSubqueryAllowed: boolean): Source {
  const regex = parseRegex(cursor)
  if (regex !== null) return measurementOf([], regex)
  if (isSubqueryAllowed) {
    const paren = cursor.next()
    if (paren.kind === '(') {
      return cursor.nestedSubquery(paren, () => {
        cursor.expect('SELECT')
        const statement = parseSelect(cursor, 'none')
        cursor.expect(')')
        return { kind: 'subquery', statement }
      })
    }
    cursor.takeBack()
  }
  const segments = parseSegments(cursor)
  return measurementOf(segments, segments.length === 3 ? null : parseRegex(cursor))
}

export function parseMeasurement(cursor: TokenCursor): MeasurementRef {
  return parseSource(cursor, false) as MeasurementRef
}

export function parseCondition(cursor: TokenCursor): Expr | null {
  return cursor.accept('WHERE') ? parseExpr(cursor) : null
}

export function parseDimensions(cursor: TokenCursor): Expr[] {
  if (!cursor.accept('GROUP')) return []
  cursor.expect('BY')
  const dimensions: Expr[] = []
  do {
    dimensions.push(parseDimension(cursor))
  } while (cursor.accept(','))
  return dimensions
}

function parseDimension(cursor: TokenCursor): Expr {
  const regex = parseRegex(cursor)
  if (regex !== null) return { kind: 'regex', source: regex }
  const expr = parseExpr(cursor)
  cursor.skipSpace()
  return expr
}

function parseFill(cursor: TokenCursor): FillMode | null {
  if (!isNameNext(cursor, 'fill')) return null
  const call = parseExpr(cursor)
  if (call.kind !== 'call') throw parseError('fill must be a function call')
  if (call.args.length !== 1) {
    throw parseError('fill requires an argument, e.g.: 0, null, none, previous, linear')
  }
  const [argument] = call.args
  switch (printExpr(argument)) {
    case 'null':
      return null
    case 'none':
      return { kind: 'none' }
    case 'previous':
      return { kind: 'previous' }
    case 'linear':
      return { kind: 'linear' }
  }
  if (argument.kind === 'integer' || argument.kind === 'number') return { kind: 'number', value: argument.value }
  throw parseError('expected number argument in fill()')
}

function parseTimeZone(cursor: TokenCursor): string | null {
  if (!isNameNext(cursor, 'tz')) return null
  const call = parseExpr(cursor)
  if (call.kind !== 'call') throw parseError('tz must be a function call')
  if (call.args.length !== 1) throw parseError('tz requires exactly one argument')
  const [argument] = call.args
  if (argument.kind !== 'string') throw parseError('expected string argument in tz()')
  const zone = zoneOf(argument.value)
  if (zone === null) throw parseError(`unable to find time zone ${argument.value}`)
  return zone
}

function isNameNext(cursor: TokenCursor, name: string): boolean {
  const token = cursor.look()
  return token.kind === 'IDENT' && token.literal.toLowerCase() === name
}

export function parseOrderBy(cursor: TokenCursor): SortField[] {
  if (!cursor.accept('ORDER')) return []
  cursor.expect('BY')
  const first = parseFirstSortField(cursor)
  if (!cursor.accept(',')) return [first]
  do {
    parseSortField(cursor)
  } while (cursor.accept(','))
  throw onlyOrderByTime()
}

function onlyOrderByTime(): Error {
  return parseError('only ORDER BY time supported at this time')
}

function parseFirstSortField(cursor: TokenCursor): SortField {
  const token = cursor.next()
  switch (token.kind) {
    case 'ASC':
    case 'DESC':
      return { name: '', isAscending: token.kind === 'ASC' }
    case 'IDENT':
      cursor.takeBack()
      if (token.literal !== 'time') {
        parseSortField(cursor)
        throw onlyOrderByTime()
      }
      return parseSortField(cursor)
    default:
      throw cursor.unexpected(token, ['identifier', 'ASC', 'DESC'])
  }
}

function parseSortField(cursor: TokenCursor): SortField {
  const name = parseIdent(cursor)
  if (cursor.accept('DESC')) return { name, isAscending: false }
  cursor.accept('ASC')
  return { name, isAscending: true }
}

const INT64_MAX = 2n ** 63n - 1n

/** The number after a keyword such as LIMIT, or 0 without it. What exceeds int64 counts as its largest value. */
export function parseCount(cursor: TokenCursor, keyword: 'LIMIT' | 'OFFSET' | 'SLIMIT' | 'SOFFSET'): number {
  if (!cursor.accept(keyword)) return 0
  const token = cursor.expect('INTEGER', 'integer')
  const count = integerOf(token.literal)
  if (count < 0n) throw cursor.errorAt(token, `${keyword} must be >= 0`)
  return Number(count > INT64_MAX ? INT64_MAX : count)
}
