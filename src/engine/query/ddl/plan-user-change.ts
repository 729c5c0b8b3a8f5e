/**
 * CREATE USER, DROP USER, SET PASSWORD, GRANT and REVOKE as decisions. Passwords are hashed here, by the functions that
 * come in; the command carries the hash only.
 */

import { HyperbyteError } from '../../domain/errors.js'
import type { Statement } from '../../influxql/ast.js'
import type { MetaState, User, UserCommand } from '../../metadata/meta-state.js'

export type UserStatement = Extract<
  Statement,
  { kind: 'create-user' | 'drop-user' | 'set-password' | 'grant' | 'grant-admin' | 'revoke' | 'revoke-admin' }
>

export interface Passwords {
  hash(password: string): Promise<string>
  verify(password: string, hash: string): Promise<boolean>
}

export async function planUserChange(
  statement: UserStatement,
  state: MetaState,
  passwords: Passwords,
): Promise<UserCommand | null> {
  switch (statement.kind) {
    case 'create-user':
      return planCreateUser(statement, state, passwords)
    case 'drop-user':
      return { kind: 'drop-user', name: findUser(state, statement.name).name }
    case 'set-password': {
      const { name } = findUser(state, statement.name)
      return { kind: 'set-password', name, passwordHash: await passwords.hash(statement.password) }
    }
    case 'grant':
    case 'revoke': {
      const { kind, user, database, privilege } = statement
      findUser(state, user)
      if (!state.databases.has(database)) {
        throw new HyperbyteError('database-not-found', `database not found: ${database}`)
      }
      return { kind, user, database, privilege }
    }
    case 'grant-admin':
    case 'revoke-admin':
      return {
        kind: 'set-admin',
        name: findUser(state, statement.user).name,
        isAdmin: statement.kind === 'grant-admin',
      }
  }
}

type CreateUser = Extract<Statement, { kind: 'create-user' }>

/** The same user with the same password again is fine. */
async function planCreateUser(
  statement: CreateUser,
  state: MetaState,
  passwords: Passwords,
): Promise<UserCommand | null> {
  const { name, password, isAdmin } = statement
  if (name === '') throw new HyperbyteError('invalid', 'username required')
  const existing = state.users.get(name)
  if (existing === undefined)
    return { kind: 'create-user', name, passwordHash: await passwords.hash(password), isAdmin }
  const isSame = existing.isAdmin === isAdmin && (await passwords.verify(password, existing.passwordHash))
  if (!isSame) throw new HyperbyteError('conflict', 'user already exists')
  return null
}

function findUser(state: MetaState, name: string): User {
  const user = state.users.get(name)
  if (user === undefined) throw new HyperbyteError('invalid', 'user not found')
  return user
}
