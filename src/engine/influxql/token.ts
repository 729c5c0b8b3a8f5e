/**
 * The tokens of InfluxQL. A kind is the text InfluxDB prints for it in errors (`found SELECT, expected …`); a token
 * also carries its literal, empty for operators and keywords, and where it starts in the statement's text.
 */

import type { BinaryOperator } from './ast.js'

const KEYWORDS = [
  ...['ALL', 'ALTER', 'ANALYZE', 'AND', 'ANY', 'AS', 'ASC', 'BEGIN', 'BY', 'CARDINALITY', 'CONTINUOUS', 'CREATE'],
  ...['DATABASE', 'DATABASES', 'DEFAULT', 'DELETE', 'DESC', 'DESTINATIONS', 'DIAGNOSTICS', 'DISTINCT', 'DROP'],
  ...['DURATION', 'END', 'EVERY', 'EXACT', 'EXPLAIN', 'FALSE', 'FIELD', 'FOR', 'FROM', 'GRANT', 'GRANTS', 'GROUP'],
  ...['GROUPS', 'IN', 'INF', 'INSERT', 'INTO', 'KEY', 'KEYS', 'KILL', 'LIMIT', 'MEASUREMENT', 'MEASUREMENTS', 'NAME'],
  ...['OFFSET', 'ON', 'OR', 'ORDER', 'PASSWORD', 'POLICIES', 'POLICY', 'PRIVILEGES', 'QUERIES', 'QUERY', 'READ'],
  ...['REPLICATION', 'RESAMPLE', 'RETENTION', 'REVOKE', 'SELECT', 'SERIES', 'SET', 'SHARD', 'SHARDS', 'SHOW', 'SLIMIT'],
  ...['SOFFSET', 'STATS', 'SUBSCRIPTION', 'SUBSCRIPTIONS', 'TAG', 'TO', 'TRUE', 'USER', 'USERS', 'VALUES', 'WHERE'],
  ...['WITH', 'WRITE'],
] as const

export type Keyword = (typeof KEYWORDS)[number]

export type TokenKind =
  | Keyword
  | BinaryOperator
  | 'EOF'
  | 'WS'
  | 'COMMENT'
  | 'ILLEGAL'
  | 'IDENT'
  | 'BOUNDPARAM'
  | 'NUMBER'
  | 'INTEGER'
  | 'DURATIONVAL'
  | 'STRING'
  | 'BADSTRING'
  | 'BADESCAPE'
  | 'REGEX'
  | 'BADREGEX'
  | '('
  | ')'
  | ','
  | ':'
  | '::'
  | ';'
  | '.'

export interface Token {
  readonly kind: TokenKind
  readonly literal: string
  /** UTF-16 offset into the text; one past the end for an end of text that was looked at before. */
  readonly offset: number
}

/** Keywords in upper and in lower case: nearly every query writes them in one of the two. */
const KEYWORD_BY_TEXT: ReadonlyMap<string, Keyword> = new Map(
  KEYWORDS.flatMap((keyword) => [[keyword, keyword] as const, [keyword.toLowerCase(), keyword] as const]),
)

export const KEYWORD_LENGTH_MAX = Math.max(...KEYWORDS.map((keyword) => keyword.length))

export function keywordOf(text: string): Keyword | undefined {
  if (text.length > KEYWORD_LENGTH_MAX) return undefined
  return KEYWORD_BY_TEXT.get(text) ?? KEYWORD_BY_TEXT.get(text.toLowerCase())
}

/** How tightly an operator binds; higher is tighter. All of them group to the left. */
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  OR: 1,
  AND: 2,
  '=': 3,
  '!=': 3,
  '=~': 3,
  '!~': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '|': 4,
  '^': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '&': 5,
}

export function precedenceOf(operator: BinaryOperator): number {
  return PRECEDENCE[operator]
}

export function isOperator(kind: TokenKind): kind is BinaryOperator {
  return Object.hasOwn(PRECEDENCE, kind)
}

export function isArithmetic(operator: BinaryOperator): boolean {
  return PRECEDENCE[operator] >= 4
}
