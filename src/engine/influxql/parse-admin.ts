/**
 * Statements that create, change and drop things: databases, policies, users, grants, continuous queries,
 * subscriptions, data.
 */

import type { Privilege, RetentionPolicyOptions, SelectStatement, Source, Statement } from './ast.js'
import { formatDuration, parseDuration } from './duration.js'
import { groupByInterval } from './group-by-interval.js'
import { integerOf } from './integer-literal.js'
import { parseError } from './parse-error.js'
import { parseIdent } from './parse-expr.js'
import { parseCondition, parseSelect, parseSources } from './parse-select.js'
import type { Token, TokenKind } from './token.js'
import type { TokenCursor } from './token-cursor.js'
import { hasCall } from './walk-expr.js'

/** After CREATE. */
export function parseCreate(cursor: TokenCursor): Statement {
  const token = cursor.next()
  switch (token.kind) {
    case 'CONTINUOUS':
      cursor.expect('QUERY')
      return parseCreateContinuousQuery(cursor)
    case 'DATABASE':
      return parseCreateDatabase(cursor)
    case 'USER':
      return parseCreateUser(cursor)
    case 'RETENTION':
      cursor.expect('POLICY')
      return parseCreateRetentionPolicy(cursor)
    case 'SUBSCRIPTION':
      return parseCreateSubscription(cursor)
    default:
      throw cursor.unexpected(token, ['CONTINUOUS', 'DATABASE', 'USER', 'RETENTION', 'SUBSCRIPTION'])
  }
}

function parseCreateContinuousQuery(cursor: TokenCursor): Statement {
  const name = parseIdent(cursor)
  cursor.expect('ON')
  const database = parseIdent(cursor)
  const { everyNs, forNs } = parseResample(cursor)
  cursor.expectAll('BEGIN', 'SELECT')
  const source = parseSelect(cursor, 'required')
  checkInterval(cursor, source, everyNs, forNs)
  cursor.expect('END')
  return {
    kind: 'create-continuous-query',
    name,
    database,
    source,
    resampleEveryNs: everyNs,
    resampleForNs: forNs,
  }
}

/** An aggregating query needs an interval, and FOR must cover at least one. */
function checkInterval(cursor: TokenCursor, source: SelectStatement, everyNs: bigint, forNs: bigint): void {
  if (!source.fields.some((field) => hasCall(field.expr))) return
  const interval = groupByInterval(source)
  if (typeof interval === 'object' || interval === 0n) {
    cursor.takeBack()
    cursor.takeBack()
    const expected = ['GROUP BY time(...)']
    if (typeof interval === 'object') expected.push(interval.error)
    throw cursor.unexpected(cursor.next(), expected)
  }
  const shortestNs = interval > everyNs ? interval : everyNs
  if (forNs !== 0n && forNs < shortestNs) {
    throw parseError(
      'FOR duration must be >= GROUP BY time duration: ' +
        `must be a minimum of ${formatDuration(shortestNs)}, got ${formatDuration(forNs)}`,
    )
  }
}

function parseResample(cursor: TokenCursor): { everyNs: bigint; forNs: bigint } {
  if (!cursor.accept('RESAMPLE')) return { everyNs: 0n, forNs: 0n }
  const everyNs = cursor.accept('EVERY') ? parseSpan(cursor) : 0n
  const forNs = cursor.accept('FOR') ? parseSpan(cursor) : 0n
  if (everyNs === 0n && forNs === 0n) throw cursor.unexpected(cursor.next(), ['EVERY', 'FOR'])
  return { everyNs, forNs }
}

/** A duration or INF, which is 0. */
function parseSpan(cursor: TokenCursor): bigint {
  const token = cursor.next()
  if (token.kind === 'INF') return 0n
  if (token.kind !== 'DURATIONVAL') throw cursor.unexpected(token, ['duration'])
  const ns = parseDuration(token.literal)
  if (typeof ns === 'object') throw cursor.errorAt(token, ns.error)
  return ns
}

function parseCreateDatabase(cursor: TokenCursor): Statement {
  const name = parseIdent(cursor)
  if (!cursor.accept('WITH')) return { kind: 'create-database', name, policy: null }
  const token = cursor.look()
  if (token.kind !== 'DURATION' && token.kind !== 'NAME' && token.kind !== 'REPLICATION' && token.kind !== 'SHARD') {
    throw cursor.unexpected(token, ['DURATION', 'NAME', 'REPLICATION', 'SHARD'])
  }
  const policy = {
    durationNs: cursor.accept('DURATION') ? parseSpan(cursor) : null,
    replication: cursor.accept('REPLICATION') ? parseReplication(cursor) : null,
    shardDurationNs: parseShardDuration(cursor, parseSpan),
    name: cursor.accept('NAME') ? parseIdent(cursor) : '',
    isDefault: true,
  }
  return { kind: 'create-database', name, policy }
}

const REPLICATION_MAX = 2_147_483_647

function parseReplication(cursor: TokenCursor): number {
  const token = cursor.expect('INTEGER', 'integer')
  const replication = integerOf(token.literal)
  if (replication < 1n || replication > REPLICATION_MAX) {
    throw cursor.errorAt(token, `invalid value ${token.literal}: must be 1 <= n <= ${REPLICATION_MAX}`)
  }
  return Number(replication)
}

/** A shard duration of 0 leaves it to the server, like none. */
function parseShardDuration(cursor: TokenCursor, parseLength = parseFiniteSpan): bigint | null {
  if (!cursor.accept('SHARD')) return null
  cursor.expect('DURATION')
  const ns = parseLength(cursor)
  return ns === 0n ? null : ns
}

/** A shard cannot last forever, only CREATE DATABASE does not mind INF: it means none there. */
function parseFiniteSpan(cursor: TokenCursor): bigint {
  const token = cursor.look()
  if (token.kind === 'INF') throw cursor.errorAt(token, 'invalid duration INF for shard duration')
  return parseSpan(cursor)
}

function parseCreateRetentionPolicy(cursor: TokenCursor): Statement {
  const name = parseIdent(cursor)
  cursor.expect('ON')
  const database = parseIdent(cursor)
  cursor.expect('DURATION')
  const durationNs = parseSpan(cursor)
  cursor.expect('REPLICATION')
  return {
    kind: 'create-retention-policy',
    name,
    database,
    durationNs,
    replication: parseReplication(cursor),
    shardDurationNs: parseShardDuration(cursor),
    isDefault: cursor.accept('DEFAULT'),
  }
}

function parseCreateUser(cursor: TokenCursor): Statement {
  const name = parseIdent(cursor)
  cursor.expectAll('WITH', 'PASSWORD')
  const password = parseString(cursor)
  const isAdmin = cursor.accept('WITH')
  if (isAdmin) cursor.expectAll('ALL', 'PRIVILEGES')
  return { kind: 'create-user', name, password, isAdmin }
}

function parseString(cursor: TokenCursor): string {
  return cursor.expect('STRING', 'string').literal
}

function parseCreateSubscription(cursor: TokenCursor): Statement {
  const subscription = parseSubscriptionName(cursor)
  cursor.expect('DESTINATIONS')
  const token = cursor.next()
  if (token.kind !== 'ALL' && token.kind !== 'ANY') throw cursor.unexpected(token, ['ALL', 'ANY'])
  const destinations: string[] = []
  do {
    destinations.push(parseString(cursor))
  } while (cursor.accept(','))
  return { kind: 'create-subscription', ...subscription, mode: token.kind, destinations }
}

function parseSubscriptionName(cursor: TokenCursor): { name: string; database: string; retentionPolicy: string } {
  const name = parseIdent(cursor)
  cursor.expect('ON')
  const database = parseIdent(cursor)
  const dot = cursor.scan()
  if (dot.kind !== '.') throw cursor.unexpected(dot, ['.'])
  return { name, database, retentionPolicy: parseIdent(cursor) }
}

/** After DROP. */
export function parseDrop(cursor: TokenCursor): Statement {
  const token = cursor.next()
  switch (token.kind) {
    case 'CONTINUOUS':
      cursor.expect('QUERY')
      return { kind: 'drop-continuous-query', ...parseNameOn(cursor) }
    case 'DATABASE':
      return { kind: 'drop-database', name: parseIdent(cursor) }
    case 'MEASUREMENT':
      return { kind: 'drop-measurement', name: parseIdent(cursor) }
    case 'RETENTION':
      cursor.expect('POLICY')
      return { kind: 'drop-retention-policy', ...parseNameOn(cursor) }
    case 'SERIES':
      return { kind: 'drop-series', ...parseDeletion(cursor) }
    case 'SHARD':
      return { kind: 'drop-shard', id: parseId(cursor) }
    case 'SUBSCRIPTION':
      return { kind: 'drop-subscription', ...parseSubscriptionName(cursor) }
    case 'USER':
      return { kind: 'drop-user', name: parseIdent(cursor) }
    default:
      throw cursor.unexpected(token, DROP_KEYWORDS)
  }
}

const DROP_KEYWORDS: readonly TokenKind[] = [
  ...(['CONTINUOUS', 'DATABASE', 'MEASUREMENT', 'RETENTION', 'SERIES', 'SHARD', 'SUBSCRIPTION', 'USER'] as const),
]

function parseNameOn(cursor: TokenCursor): { name: string; database: string } {
  const name = parseIdent(cursor)
  cursor.expect('ON')
  return { name, database: parseIdent(cursor) }
}

const UINT64_MAX = 2n ** 64n - 1n

function parseId(cursor: TokenCursor): bigint {
  const token = cursor.expect('INTEGER', 'integer')
  if (!/^\d+$/.test(token.literal)) throw badId(cursor, token, 'invalid syntax')
  const id = integerOf(token.literal)
  if (id > UINT64_MAX) throw badId(cursor, token, 'value out of range')
  return id
}

function badId(cursor: TokenCursor, token: Token, reason: string): Error {
  return cursor.errorAt(token, `strconv.ParseUint: parsing "${token.literal}": ${reason}`)
}

/** After DELETE. */
export function parseDelete(cursor: TokenCursor): Statement {
  return { kind: 'delete', ...parseDeletion(cursor) }
}

/** FROM, WHERE or both; measurements only by name or regular expression. */
function parseDeletion(cursor: TokenCursor): Pick<Extract<Statement, { kind: 'delete' }>, 'sources' | 'condition'> {
  const token = cursor.next()
  let sources: Source[] = []
  if (token.kind === 'FROM') {
    sources = parseSources(cursor, false)
    checkBareNames(cursor, sources)
  } else {
    cursor.takeBack()
  }
  const condition = parseCondition(cursor)
  if (token.kind !== 'FROM' && condition === null) throw cursor.unexpected(token, ['FROM', 'WHERE'])
  return { sources, condition }
}

const START_OF_TEXT: Token = { kind: 'ILLEGAL', literal: '', offset: 0 }

function checkBareNames(cursor: TokenCursor, sources: readonly Source[]): void {
  for (const source of sources) {
    if (source.kind !== 'measurement') continue
    if (source.retentionPolicy !== '') throw cursor.errorAt(START_OF_TEXT, 'retention policy not supported')
    if (source.database !== '') throw cursor.errorAt(START_OF_TEXT, 'database not supported')
  }
}

/** After ALTER. */
export function parseAlter(cursor: TokenCursor): Statement {
  cursor.expectAll('RETENTION', 'POLICY')
  const token = cursor.next()
  const name = token.kind === 'DEFAULT' ? 'default' : identOf(cursor, token)
  cursor.expect('ON')
  const database = parseIdent(cursor)
  return { kind: 'alter-retention-policy', name, database, ...parsePolicyChanges(cursor) }
}

function identOf(cursor: TokenCursor, token: Token): string {
  if (token.kind !== 'IDENT') throw cursor.unexpected(token, ['identifier'])
  return token.literal
}

const POLICY_OPTIONS = ['DURATION', 'REPLICATION', 'SHARD', 'DEFAULT'] as const

/** At least one option, each at most once, in any order. */
function parsePolicyChanges(cursor: TokenCursor): RetentionPolicyOptions {
  const seen = new Set<TokenKind>()
  let options: RetentionPolicyOptions = {
    durationNs: null,
    replication: null,
    shardDurationNs: null,
    isDefault: false,
  }
  for (;;) {
    const token = cursor.next()
    const option = POLICY_OPTIONS.find((keyword) => keyword === token.kind)
    if (option === undefined) {
      if (seen.size === 0) throw cursor.unexpected(token, POLICY_OPTIONS)
      cursor.takeBack()
      return options
    }
    if (seen.has(option)) throw cursor.errorAt(token, `found duplicate ${option} option`)
    seen.add(option)
    options = { ...options, ...parsePolicyOption(cursor, option) }
  }
}

function parsePolicyOption(
  cursor: TokenCursor,
  option: (typeof POLICY_OPTIONS)[number],
): Partial<RetentionPolicyOptions> {
  switch (option) {
    case 'DURATION':
      return { durationNs: parseSpan(cursor) }
    case 'REPLICATION':
      return { replication: parseReplication(cursor) }
    case 'SHARD':
      cursor.expect('DURATION')
      return { shardDurationNs: parseFiniteSpan(cursor) }
    case 'DEFAULT':
      return { isDefault: true }
  }
}

/** After GRANT or REVOKE. */
export function parsePrivilegeChange(cursor: TokenCursor, kind: 'grant' | 'revoke'): Statement {
  const userKeyword = kind === 'grant' ? 'TO' : 'FROM'
  const privilege = parsePrivilege(cursor)
  const token = cursor.next()
  if (token.kind === 'ON') {
    const database = parseIdent(cursor)
    cursor.expect(userKeyword)
    return { kind, privilege, database, user: parseIdent(cursor) }
  }
  if (privilege !== 'ALL PRIVILEGES') throw cursor.unexpected(token, ['ON'])
  if (token.kind !== userKeyword) throw cursor.unexpected(token, ['ON', userKeyword])
  return { kind: `${kind}-admin`, user: parseIdent(cursor) }
}

function parsePrivilege(cursor: TokenCursor): Privilege {
  const token = cursor.next()
  if (token.kind === 'READ' || token.kind === 'WRITE') return token.kind
  if (token.kind !== 'ALL') throw cursor.unexpected(token, ['READ', 'WRITE', 'ALL [PRIVILEGES]'])
  cursor.accept('PRIVILEGES')
  return 'ALL PRIVILEGES'
}

/** After SET. */
export function parseSetPassword(cursor: TokenCursor): Statement {
  cursor.expectAll('PASSWORD', 'FOR')
  const name = parseIdent(cursor)
  cursor.expect('=')
  return { kind: 'set-password', name, password: parseString(cursor) }
}

/** After KILL. */
export function parseKillQuery(cursor: TokenCursor): Statement {
  cursor.expect('QUERY')
  const queryId = parseId(cursor)
  return { kind: 'kill-query', queryId, host: cursor.accept('ON') ? parseIdent(cursor) : '' }
}
