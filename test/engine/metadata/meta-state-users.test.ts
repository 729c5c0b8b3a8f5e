import { expect, test } from 'vitest'
import {
  applyMetaCommand,
  EMPTY_META_STATE,
  hasAdmin,
  type MetaCommand,
} from '../../../src/engine/metadata/meta-state.js'

const policy = { name: 'autogen', durationNs: 0n, shardGroupDurationNs: 1n, replication: 1 }

function after(...commands: MetaCommand[]) {
  return commands.reduce(applyMetaCommand, EMPTY_META_STATE)
}

const createUser = { kind: 'create-user', name: 'u', passwordHash: 'h', isAdmin: false } as const

test('revoking READ from ALL PRIVILEGES leaves WRITE, and revoking the rest leaves an entry without privileges', () => {
  const grant = { kind: 'grant', user: 'u', database: 'd', privilege: 'ALL PRIVILEGES' } as const
  const revokeRead = { kind: 'revoke', user: 'u', database: 'd', privilege: 'READ' } as const
  const revokeWrite = { kind: 'revoke', user: 'u', database: 'd', privilege: 'WRITE' } as const
  expect(after(createUser, grant, revokeRead).users.get('u')?.grants.get('d')).toBe('WRITE')
  expect(after(createUser, grant, revokeRead, revokeWrite).users.get('u')?.grants.get('d')).toBe('NO PRIVILEGES')
})

test('a grant replaces the one before it', () => {
  const state = after(
    createUser,
    { kind: 'grant', user: 'u', database: 'd', privilege: 'READ' },
    { kind: 'grant', user: 'u', database: 'd', privilege: 'WRITE' },
  )
  expect(state.users.get('u')?.grants.get('d')).toBe('WRITE')
})

test('dropping a database drops the grants on it', () => {
  const state = after(
    { kind: 'create-database', name: 'd', policy },
    createUser,
    { kind: 'grant', user: 'u', database: 'd', privilege: 'READ' },
    { kind: 'drop-database', name: 'd' },
  )
  expect(state.users.get('u')?.grants.size).toBe(0)
})

test('set-admin decides whether there is an admin', () => {
  expect(hasAdmin(after(createUser))).toBe(false)
  expect(hasAdmin(after(createUser, { kind: 'set-admin', name: 'u', isAdmin: true }))).toBe(true)
})

test('a command on an unknown user says so', () => {
  expect(() => after({ kind: 'drop-user', name: 'x' })).toThrow('user not found')
})
