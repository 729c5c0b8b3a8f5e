/**
 * Grants as the query stage asks for them: all statements of a request are checked before the first one runs, and one
 * that is not allowed refuses them all.
 */

import {
  HyperbyteError,
  printStatement,
  type QueryAuthorizer,
  type RequiredPrivilege,
  requiredPrivileges,
  type Statement,
  type User,
} from '../../../engine/index.js'
import type { Identity } from './authenticator.js'

/** null when everything is allowed. */
export function authorizerOf(identity: Identity): QueryAuthorizer | null {
  switch (identity.kind) {
    case 'unrestricted':
      return null
    case 'user':
      return identity.user.isAdmin ? null : userAuthorizer(identity.user)
    case 'anonymous':
    case 'refused':
      return BOOTSTRAP
  }
}

/** While there is no admin, a request may run that begins by creating one. */
const BOOTSTRAP: QueryAuthorizer = {
  checkStatements: ([first]) => {
    if (first === undefined || (first.kind === 'create-user' && first.isAdmin)) return
    throw forbidden('create admin user first or disable authentication')
  },
  isDatabaseVisible: () => true,
}

function userAuthorizer(user: User): QueryAuthorizer {
  return {
    checkStatements: (statements, database) => {
      for (const statement of statements) checkStatement(user, statement, database)
    },
    isDatabaseVisible: (database) => mayUse(user, 'READ', database) || mayUse(user, 'WRITE', database),
  }
}

function checkStatement(user: User, statement: Statement, defaultDatabase: string): void {
  for (const needed of requiredPrivileges(statement)) {
    const missing = missingPrivilege(user, needed, defaultDatabase)
    if (missing === null) continue
    throw forbidden(
      `${user.name} not authorized to execute statement '${printStatement(statement)}', requires ${missing}`,
    )
  }
}

function missingPrivilege(user: User, needed: RequiredPrivilege, defaultDatabase: string): string | null {
  if (needed.kind === 'admin') return 'admin privilege'
  const database = needed.database || defaultDatabase || (needed.fallback ?? '')
  return mayUse(user, needed.privilege, database) ? null : `${needed.privilege} on ${database}`
}

function mayUse(user: User, privilege: 'READ' | 'WRITE', database: string): boolean {
  const grant = user.grants.get(database)
  return grant === privilege || grant === 'ALL PRIVILEGES'
}

function forbidden(reason: string): HyperbyteError {
  return new HyperbyteError('forbidden', `error authorizing query: ${reason}`)
}
