/**
 * SHOW statements. Most share the same clauses, in the same order, but not all of them.
 */

import type { CardinalityClauses, Expr, MeasurementRef, ShowClauses, Statement, TagKeyFilter } from './ast.js'
import { parseIdent, parseRegex } from './parse-expr.js'
import {
  parseCondition,
  parseCount,
  parseDimensions,
  parseMeasurement,
  parseOrderBy,
  parseSources,
} from './parse-select.js'
import type { TokenKind } from './token.js'
import type { TokenCursor } from './token-cursor.js'

/** After SHOW. */
export function parseShow(cursor: TokenCursor): Statement {
  const token = cursor.next()
  switch (token.kind) {
    case 'CONTINUOUS':
      cursor.expect('QUERIES')
      return { kind: 'show-continuous-queries' }
    case 'DATABASES':
      return { kind: 'show-databases' }
    case 'DIAGNOSTICS':
      return { kind: 'show-diagnostics', module: parseModule(cursor) }
    case 'FIELD':
      return parseShowField(cursor)
    case 'GRANTS':
      cursor.expect('FOR')
      return { kind: 'show-grants', user: parseIdent(cursor) }
    case 'MEASUREMENT':
      return { kind: 'show-measurement-cardinality', ...parseCardinality(cursor) }
    case 'MEASUREMENTS':
      return parseShowMeasurements(cursor)
    case 'QUERIES':
      return { kind: 'show-queries' }
    case 'RETENTION':
      cursor.expect('POLICIES')
      return { kind: 'show-retention-policies', database: parseOnDatabase(cursor) }
    case 'SERIES':
      return parseShowSeries(cursor)
    case 'SHARD':
      cursor.expect('GROUPS')
      return { kind: 'show-shard-groups' }
    case 'SHARDS':
      return { kind: 'show-shards' }
    case 'STATS':
      return { kind: 'show-stats', module: parseModule(cursor) }
    case 'SUBSCRIPTIONS':
      return { kind: 'show-subscriptions' }
    case 'TAG':
      return parseShowTag(cursor)
    case 'USERS':
      return { kind: 'show-users' }
    default:
      throw cursor.unexpected(token, SHOW_KEYWORDS)
  }
}

const SHOW_KEYWORDS: readonly TokenKind[] = [
  ...(['CONTINUOUS', 'DATABASES', 'DIAGNOSTICS', 'FIELD', 'GRANTS', 'MEASUREMENT', 'MEASUREMENTS'] as const),
  ...(['QUERIES', 'RETENTION', 'SERIES', 'SHARD', 'SHARDS', 'STATS', 'SUBSCRIPTIONS', 'TAG', 'USERS'] as const),
]

function parseModule(cursor: TokenCursor): string {
  return cursor.accept('FOR') ? cursor.expect('STRING', 'string').literal : ''
}

function parseOnDatabase(cursor: TokenCursor): string {
  return cursor.accept('ON') ? parseIdent(cursor) : ''
}

type SourceClauses = Pick<ShowClauses, 'sources' | 'condition'>
type OrderClauses = Pick<ShowClauses, 'sortFields' | 'limit' | 'offset'>

function parseSourceClauses(cursor: TokenCursor): SourceClauses {
  return { sources: parseFrom(cursor), condition: parseCondition(cursor) }
}

function parseFrom(cursor: TokenCursor): ShowClauses['sources'] {
  return cursor.accept('FROM') ? parseSources(cursor, false) : []
}

function parseOrderClauses(cursor: TokenCursor): OrderClauses {
  return { sortFields: parseOrderBy(cursor), ...parseLimits(cursor) }
}

function parseLimits(cursor: TokenCursor): Pick<ShowClauses, 'limit' | 'offset'> {
  return { limit: parseCount(cursor, 'LIMIT'), offset: parseCount(cursor, 'OFFSET') }
}

function parseShowField(cursor: TokenCursor): Statement {
  const token = cursor.next()
  if (token.kind === 'KEY') return { kind: 'show-field-key-cardinality', ...parseCardinality(cursor) }
  if (token.kind !== 'KEYS') throw cursor.unexpected(token, ['KEY', 'KEYS'])
  const database = parseOnDatabase(cursor)
  return {
    kind: 'show-field-keys',
    database,
    sources: parseFrom(cursor),
    condition: null,
    ...parseOrderClauses(cursor),
  }
}

function parseShowTag(cursor: TokenCursor): Statement {
  const token = cursor.next()
  switch (token.kind) {
    case 'KEY':
      return { kind: 'show-tag-key-cardinality', ...parseCardinality(cursor) }
    case 'KEYS':
      return {
        kind: 'show-tag-keys',
        database: parseOnDatabase(cursor),
        ...parseSourceClauses(cursor),
        ...parseOrderClauses(cursor),
        seriesLimit: parseCount(cursor, 'SLIMIT'),
        seriesOffset: parseCount(cursor, 'SOFFSET'),
      }
    case 'VALUES':
      return parseShowTagValues(cursor)
    default:
      throw cursor.unexpected(token, ['KEY', 'KEYS', 'VALUES'])
  }
}

function parseShowTagValues(cursor: TokenCursor): Statement {
  const token = cursor.next()
  if (token.kind === 'EXACT' || token.kind === 'CARDINALITY') {
    if (token.kind === 'EXACT') cursor.expect('CARDINALITY')
    return {
      kind: 'show-tag-values-cardinality',
      isExact: token.kind === 'EXACT',
      database: parseOnDatabase(cursor),
      sources: parseFrom(cursor),
      keyFilter: parseKeyFilter(cursor),
      ...parseCardinalityTail(cursor),
    }
  }
  cursor.takeBack()
  return {
    kind: 'show-tag-values',
    database: parseOnDatabase(cursor),
    sources: parseFrom(cursor),
    keyFilter: parseKeyFilter(cursor),
    condition: parseCondition(cursor),
    ...parseOrderClauses(cursor),
  }
}

function parseKeyFilter(cursor: TokenCursor): TagKeyFilter {
  cursor.expectAll('WITH', 'KEY')
  const token = cursor.next()
  switch (token.kind) {
    case 'IN':
      return { op: 'IN', expr: { kind: 'list', values: parseKeyList(cursor) } }
    case '=':
    case '!=':
      return { op: token.kind, expr: { kind: 'string', value: parseIdent(cursor) } }
    case '=~':
    case '!~':
      return { op: token.kind, expr: parseKeyRegex(cursor) }
    default:
      throw cursor.unexpected(token, ['IN', '=', '=~'])
  }
}

function parseKeyRegex(cursor: TokenCursor): Expr {
  const source = parseRegex(cursor)
  if (source === null) throw cursor.unexpected(cursor.next(), ['regex'])
  return { kind: 'regex', source }
}

function parseKeyList(cursor: TokenCursor): string[] {
  cursor.expect('(')
  const keys: string[] = []
  do {
    keys.push(parseIdent(cursor))
  } while (cursor.accept(','))
  cursor.expect(')')
  return keys
}

function parseShowMeasurements(cursor: TokenCursor): Statement {
  return {
    kind: 'show-measurements',
    database: parseOnDatabase(cursor),
    sources: [],
    with: parseWithMeasurement(cursor),
    condition: parseCondition(cursor),
    ...parseOrderClauses(cursor),
  }
}

function parseWithMeasurement(cursor: TokenCursor): MeasurementRef | null {
  if (!cursor.accept('WITH')) return null
  cursor.expect('MEASUREMENT')
  const token = cursor.next()
  if (token.kind !== '=' && token.kind !== '=~') throw cursor.unexpected(token, ['=', '=~'])
  return parseMeasurement(cursor)
}

/** `SHOW SERIES EXACT` without CARDINALITY is plain SHOW SERIES, as in InfluxDB. */
function parseShowSeries(cursor: TokenCursor): Statement {
  const isExact = cursor.accept('EXACT')
  if (cursor.accept('CARDINALITY')) {
    return {
      kind: 'show-series-cardinality',
      isExact,
      database: parseOnDatabase(cursor),
      sources: parseFrom(cursor),
      ...parseCardinalityTail(cursor),
    }
  }
  return {
    kind: 'show-series',
    database: parseOnDatabase(cursor),
    ...parseSourceClauses(cursor),
    ...parseOrderClauses(cursor),
  }
}

function parseCardinality(cursor: TokenCursor): CardinalityClauses {
  const token = cursor.next()
  if (token.kind !== 'EXACT' && token.kind !== 'CARDINALITY') throw cursor.unexpected(token, ['EXACT', 'CARDINALITY'])
  if (token.kind === 'EXACT') cursor.expect('CARDINALITY')
  return {
    isExact: token.kind === 'EXACT',
    database: parseOnDatabase(cursor),
    sources: parseFrom(cursor),
    ...parseCardinalityTail(cursor),
  }
}

type CardinalityTail = Pick<CardinalityClauses, 'condition' | 'dimensions' | 'sortFields' | 'limit' | 'offset'>

function parseCardinalityTail(cursor: TokenCursor): CardinalityTail {
  return {
    condition: parseCondition(cursor),
    dimensions: parseDimensions(cursor),
    sortFields: [],
    ...parseLimits(cursor),
  }
}
