import { beforeEach, expect, test } from 'vitest'
import { Authenticator } from '../../../../src/daemon/http/auth/authenticator.js'
import { EMPTY_META_STATE, type User } from '../../../../src/engine/index.js'

const checking = { count: 0, atOnceCount: 0, atOnceCountMax: 0 }

async function verify(password: string, hash: string): Promise<boolean> {
  checking.count++
  checking.atOnceCountMax = Math.max(checking.atOnceCountMax, ++checking.atOnceCount)
  await new Promise((resolve) => setImmediate(resolve))
  checking.atOnceCount--
  return hash === `hash of ${password}`
}

const ADMIN: User = { name: 'admin', passwordHash: 'hash of pw', isAdmin: true, grants: new Map() }

let authenticator: Authenticator

beforeEach(() => {
  Object.assign(checking, { count: 0, atOnceCount: 0, atOnceCountMax: 0 })
  const meta = { ...EMPTY_META_STATE, users: new Map([['admin', ADMIN]]) }
  authenticator = new Authenticator({ isEnabled: true, sharedSecret: '', meta: () => meta, verify })
})

/** So many requests at the same moment. */
async function kindsOf(count: number, password: string): Promise<string[]> {
  const authorization = `Token admin:${password}`
  const request = { authorization, params: new Map<string, string>(), address: '192.0.2.1' }
  const identities = await Promise.all(Array.from({ length: count }, () => authenticator.authenticate(request)))
  return [...new Set(identities.map(({ kind }) => kind))]
}

test('guesses at the same moment are stopped as soon as those one after another, and leave threads for others', async () => {
  expect(await kindsOf(200, 'guess')).toEqual(['refused'])
  expect(checking.count).toBeLessThan(15)
  expect(checking.atOnceCountMax).toBe(2)
})

test('one right password of many connections is checked once or twice', async () => {
  expect(await kindsOf(50, 'pw')).toEqual(['user'])
  expect(checking.count).toBeLessThan(3)
})
