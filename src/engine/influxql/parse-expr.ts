/**
 * Expressions: operands, calls, and operators by precedence. Chains of operators are read in a loop, so a long
 * `a OR b OR c …` makes a deep tree to the left without deep recursion; parentheses and calls recurse, up to a limit.
 */

import type { BinaryOperator, CastType, Expr } from './ast.js'
import { parseDuration } from './duration.js'
import { integerOf } from './integer-literal.js'
import { parseError } from './parse-error.js'
import { quoteSegments } from './print-expr.js'
import { checkRegex } from './regex-source.js'
import { isOperator, precedenceOf, type Token } from './token.js'
import type { TokenCursor } from './token-cursor.js'

const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n

const SLASH = 47
const DOLLAR = 36
const COLON = 58
const DOT = 46

type Binary = { kind: 'binary'; op: BinaryOperator; lhs: Expr; rhs: Expr }

/** What evaluates a sum goes down its left side: far from the end of the stack, and more than anyone adds up. */
const CHAIN_LENGTH_MAX = 2_000

export function parseExpr(cursor: TokenCursor): Expr {
  const first = parseOperand(cursor)
  let operator = cursor.next()
  if (!isOperator(operator.kind)) {
    cursor.takeBack()
    return first
  }
  // Operands and operators not yet joined; precedence rises along the stack, so it holds at most five operators.
  const operands: Expr[] = [first]
  const operators: BinaryOperator[] = []
  let chainLength = 0
  while (isOperator(operator.kind)) {
    chainLength = isLogic(operator.kind) ? 0 : chainLength + 1
    if (chainLength > CHAIN_LENGTH_MAX) {
      throw cursor.errorAt(operator, `expression has more than ${CHAIN_LENGTH_MAX} operators between AND and OR`)
    }
    joinDownTo(operands, operators, precedenceOf(operator.kind))
    operators.push(operator.kind)
    operands.push(isRegexOperator(operator.kind) ? parseRegexOperand(cursor) : parseOperand(cursor))
    operator = cursor.next()
  }
  cursor.takeBack()
  joinDownTo(operands, operators, 0)
  return operands[0]
}

function joinDownTo(operands: Expr[], operators: BinaryOperator[], precedence: number): void {
  while (operators.length > 0 && precedenceOf(operators[operators.length - 1]) >= precedence) {
    const rhs = operands.pop()!
    const lhs = operands.pop()!
    const joined: Binary = { kind: 'binary', op: operators.pop()!, lhs, rhs }
    operands.push(joined)
  }
}

function isLogic(operator: BinaryOperator): boolean {
  return operator === 'AND' || operator === 'OR'
}

function isRegexOperator(operator: BinaryOperator): boolean {
  return operator === '=~' || operator === '!~'
}

function parseRegexOperand(cursor: TokenCursor): Expr {
  const source = parseRegex(cursor)
  if (source === null) throw cursor.unexpected(cursor.next(), ['regex'])
  return { kind: 'regex', source }
}

/** The source of a regular expression if one comes next, otherwise null. */
export function parseRegex(cursor: TokenCursor): string | null {
  const char = cursor.peekChar()
  if (char === 32 || char === 9 || char === 10 || char === 13) cursor.skipSpace()
  const next = cursor.peekChar()
  if (next === DOLLAR) return parseBoundRegex(cursor)
  if (next !== SLASH) return null
  const token = cursor.scanRegex()
  if (token.kind === 'BADREGEX') throw cursor.errorAt(token, `bad regex: ${token.literal}`)
  if (token.kind !== 'REGEX') throw cursor.unexpected(token, ['regex'])
  return checkedRegex(cursor, token)
}

function parseBoundRegex(cursor: TokenCursor): string | null {
  const token = cursor.next()
  if (token.kind === 'REGEX') return checkedRegex(cursor, token)
  cursor.takeBack()
  return null
}

function checkedRegex(cursor: TokenCursor, token: Token): string {
  const checked = checkRegex(token.literal)
  if (typeof checked === 'string') throw cursor.errorAt(token, checked)
  cursor.countRegex(token, token.literal, checked)
  return token.literal
}

function parseOperand(cursor: TokenCursor): Expr {
  const token = cursor.next()
  switch (token.kind) {
    case '(':
      return cursor.nested(token, () => {
        const expr = parseExpr(cursor)
        cursor.expect(')')
        return { kind: 'paren', expr }
      })
    case 'IDENT':
      if (cursor.scan().kind === '(') return parseCall(cursor, token, token.literal)
      cursor.takeBack()
      cursor.takeBack()
      return parseVarRef(cursor)
    case 'DISTINCT':
      return parseDistinct(cursor, token)
    case 'STRING':
      return { kind: 'string', value: token.literal }
    case 'NUMBER':
      return { kind: 'number', value: Number(token.literal) }
    case 'INTEGER':
      return parseInteger(cursor, token)
    case 'TRUE':
    case 'FALSE':
      return { kind: 'boolean', value: token.kind === 'TRUE' }
    case 'DURATIONVAL':
      return parseDurationLiteral(token)
    case '*':
      return parseWildcard(cursor)
    case 'REGEX':
      return { kind: 'regex', source: checkedRegex(cursor, token) }
    case 'BOUNDPARAM':
      throw missingParameter(token)
    case '+':
    case '-':
      return parseSigned(cursor, token.kind === '-')
    default:
      throw cursor.unexpected(token, ['identifier', 'string', 'number', 'bool'])
  }
}

function missingParameter(token: Token): Error {
  const name = token.literal.startsWith('$') ? token.literal.slice(1) : token.literal
  return parseError(name === '' ? 'empty bound parameter' : `missing parameter: ${name}`)
}

function parseInteger(cursor: TokenCursor, token: Token): Expr {
  const value = integerOf(token.literal)
  if (value <= INT64_MAX) return { kind: 'integer', value }
  if (value <= UINT64_MAX) return { kind: 'unsigned', value }
  throw cursor.errorAt(token, 'unable to parse integer')
}

function parseDurationLiteral(token: Token): Expr {
  const ns = parseDuration(token.literal)
  if (typeof ns === 'object') throw parseError(ns.error)
  return { kind: 'duration', ns }
}

function parseWildcard(cursor: TokenCursor): Expr {
  if (cursor.scan().kind !== '::') {
    cursor.takeBack()
    return { kind: 'wildcard', type: null }
  }
  const token = cursor.scan()
  if (token.kind === 'FIELD') return { kind: 'wildcard', type: 'field' }
  if (token.kind === 'TAG') return { kind: 'wildcard', type: 'tag' }
  throw cursor.unexpected(token, ['field', 'tag'])
}

function parseDistinct(cursor: TokenCursor, distinct: Token): Expr {
  const token = cursor.scan()
  if (token.kind === '(') return parseCall(cursor, distinct, 'distinct')
  if (token.kind !== 'WS') throw cursor.unexpected(token, ['(', 'identifier'])
  return { kind: 'distinct', name: cursor.expect('IDENT', 'identifier').literal }
}

/** After a sign: literals take it, anything else is multiplied by 1 or -1. */
function parseSigned(cursor: TokenCursor, isNegative: boolean): Expr {
  const token = cursor.look()
  if (!SIGNABLE.has(token.kind)) throw cursor.unexpected(token, ['identifier', 'number', 'duration', '('])
  const operand = parseOperand(cursor)
  switch (operand.kind) {
    case 'number':
      return { kind: 'number', value: isNegative ? -operand.value : operand.value }
    case 'integer':
      return { kind: 'integer', value: isNegative ? -operand.value : operand.value }
    case 'duration':
      return { kind: 'duration', ns: isNegative ? -operand.ns : operand.ns }
    case 'unsigned':
      if (!isNegative) return operand
      if (operand.value === INT64_MAX + 1n) return { kind: 'integer', value: -operand.value }
      throw parseError(`constant -${operand.value} underflows int64`)
    default:
      return { kind: 'binary', op: '*', lhs: { kind: 'integer', value: isNegative ? -1n : 1n }, rhs: operand }
  }
}

const SIGNABLE: ReadonlySet<Token['kind']> = new Set(['NUMBER', 'INTEGER', 'DURATIONVAL', '(', 'IDENT'] as const)

/** The arguments and the closing parenthesis of a call whose name and opening one are read. */
function parseCall(cursor: TokenCursor, token: Token, name: string): Expr {
  return cursor.nested(token, () => ({ kind: 'call', name: name.toLowerCase(), args: parseArguments(cursor) }))
}

function parseArguments(cursor: TokenCursor): Expr[] {
  const args: Expr[] = []
  const firstRegex = parseRegex(cursor)
  if (firstRegex === null) {
    if (cursor.scan().kind === ')') return args
    cursor.takeBack()
    args.push(parseExpr(cursor))
  } else {
    args.push({ kind: 'regex', source: firstRegex })
  }
  while (cursor.accept(',')) {
    const regex = parseRegex(cursor)
    args.push(regex === null ? parseExpr(cursor) : { kind: 'regex', source: regex })
  }
  const close = cursor.scan()
  if (close.kind !== ')') throw cursor.unexpected(close, [')'])
  return args
}

/** `name`, `name::type`, or dotted names, which are one name joined by dots. */
export function parseVarRef(cursor: TokenCursor): Expr {
  const name = parseSegments(cursor).join('.')
  if (cursor.scan().kind !== '::') {
    cursor.takeBack()
    return { kind: 'varref', name, type: null }
  }
  return { kind: 'varref', name, type: parseCastType(cursor) }
}

const CAST_BY_NAME: ReadonlyMap<string, CastType> = new Map(
  (['float', 'integer', 'unsigned', 'string', 'boolean'] as const).map((type) => [type, type]),
)

function parseCastType(cursor: TokenCursor): CastType {
  const token = cursor.scan()
  if (token.kind === 'FIELD') return 'field'
  if (token.kind === 'TAG') return 'tag'
  if (token.kind !== 'IDENT') {
    throw cursor.unexpected(token, ['float', 'integer', 'string', 'boolean', 'field', 'tag'])
  }
  const type = CAST_BY_NAME.get(token.literal.toLowerCase())
  if (type !== undefined) return type
  throw cursor.unexpected(token, ['float', 'integer', 'unsigned', 'string', 'boolean', 'field', 'tag'])
}

/** One to three names with dots between; a name may be missing between two dots. Stops before a regex and before `:`. */
export function parseSegments(cursor: TokenCursor): string[] {
  const segments = [parseIdent(cursor)]
  while (cursor.scan().kind === '.') {
    const char = cursor.peekChar()
    if (char === SLASH || char === COLON) return checkedSegments(cursor, segments)
    segments.push(char === DOT ? '' : parseIdent(cursor))
  }
  cursor.takeBack()
  return checkedSegments(cursor, segments)
}

function checkedSegments(cursor: TokenCursor, segments: string[]): string[] {
  if (segments.length <= 3) return segments
  const start: Token = { kind: 'ILLEGAL', literal: '', offset: 0 }
  throw cursor.errorAt(start, `too many segments in ${quoteSegments(segments)}`)
}

export function parseIdent(cursor: TokenCursor): string {
  return cursor.expect('IDENT', 'identifier').literal
}
