/**
 * What a user must hold to run a statement, in the order InfluxDB checks it. Stricter than InfluxDB where that let a
 * reader through: the databases that SHOW, cardinality and DELETE statements name in their sources, and what a
 * continuous query reads and writes.
 */

import type { SelectStatement, Source, Statement } from './ast.js'

export type RequiredPrivilege =
  | { readonly kind: 'admin' }
  /** `database` '' = the request's default, or `fallback` when the request has none. */
  | {
      readonly kind: 'database'
      readonly privilege: 'READ' | 'WRITE'
      readonly database: string
      readonly fallback?: string
    }

const ADMIN: readonly RequiredPrivilege[] = [{ kind: 'admin' }]

export function requiredPrivileges(statement: Statement): readonly RequiredPrivilege[] {
  switch (statement.kind) {
    case 'select':
      return ofSelect(statement)
    case 'explain':
      return ofSelect(statement.statement)
    case 'show-databases':
      return []
    case 'show-measurements':
    case 'show-series':
    case 'show-tag-keys':
    case 'show-tag-values':
    case 'show-field-keys':
    case 'show-series-cardinality':
    case 'show-measurement-cardinality':
    case 'show-tag-key-cardinality':
    case 'show-tag-values-cardinality':
    case 'show-field-key-cardinality':
      return [on('READ', statement.database), ...ofNamedSources(statement.sources, 'READ')]
    case 'show-retention-policies':
      return [on('READ', statement.database)]
    case 'show-continuous-queries':
    case 'show-queries':
      return [on('READ', '')]
    case 'delete':
    case 'drop-series':
      return [on('WRITE', ''), ...ofNamedSources(statement.sources, 'WRITE')]
    case 'drop-retention-policy':
    case 'drop-continuous-query':
      return [on('WRITE', statement.database)]
    case 'create-continuous-query':
      return [on('READ', statement.database), ...withFallback(ofSelect(statement.source), statement.database)]
    case 'create-database':
    case 'drop-database':
    case 'create-retention-policy':
    case 'alter-retention-policy':
    case 'drop-measurement':
    case 'drop-shard':
    case 'create-subscription':
    case 'drop-subscription':
    case 'create-user':
    case 'drop-user':
    case 'set-password':
    case 'grant':
    case 'grant-admin':
    case 'revoke':
    case 'revoke-admin':
    case 'kill-query':
    case 'show-users':
    case 'show-grants':
    case 'show-shards':
    case 'show-shard-groups':
    case 'show-stats':
    case 'show-diagnostics':
    case 'show-subscriptions':
      return ADMIN
  }
}

function ofSelect(statement: SelectStatement): RequiredPrivilege[] {
  const privileges = statement.sources.flatMap((source) =>
    source.kind === 'subquery' ? ofSelect(source.statement) : [on('READ', source.database)],
  )
  if (statement.target !== null) privileges.push(on('WRITE', statement.target.database))
  return privileges
}

function ofNamedSources(sources: readonly Source[], privilege: 'READ' | 'WRITE'): RequiredPrivilege[] {
  return sources.flatMap((source) => {
    if (source.kind === 'subquery') return ofSelect(source.statement)
    return source.database === '' ? [] : [on(privilege, source.database)]
  })
}

/** Measurements of a continuous query are in the request's database, and in the query's own when there is none. */
function withFallback(privileges: readonly RequiredPrivilege[], fallback: string): RequiredPrivilege[] {
  return privileges.map((needed) =>
    needed.kind === 'database' && needed.database === '' ? { ...needed, fallback } : needed,
  )
}

function on(privilege: 'READ' | 'WRITE', database: string): RequiredPrivilege {
  return { kind: 'database', privilege, database }
}
