import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashPassword, SALT_BYTES, verifyPassword } from '../../../src/engine/metadata/password-hash.js'

test('a hash verifies its own password and no other', async () => {
  const hash = await hashPassword('pässword', randomBytes(SALT_BYTES))
  expect(await verifyPassword('pässword', hash)).toBe(true)
  expect(await verifyPassword('password', hash)).toBe(false)
  expect(hash).not.toContain('word')
})

test('a text that is not a hash verifies nothing', async () => {
  expect(await verifyPassword('', '')).toBe(false)
  expect(await verifyPassword('x', 'bcrypt$x')).toBe(false)
})
