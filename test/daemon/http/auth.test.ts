/** Who may do what: credentials, tokens, grants. The texts are those of a real influxd. */

import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hashPassword, parseQuery, SALT_BYTES, type User } from '../../../src/engine/index.js'
import { endOf, FakeEngine } from './fake-engine.js'
import { type Answer, openTestServer, type TestServer } from './open-test-server.js'

const SECRET = 'a shared secret of 32 bytes or more'

let target: TestServer
let admin: User
let reader: User

beforeAll(async () => {
  target = await openTestServer({ isAuthEnabled: true, sharedSecret: SECRET })
  const passwordHash = await hashPassword('pw', randomBytes(SALT_BYTES))
  admin = { name: 'admin', passwordHash, isAdmin: true, grants: new Map() }
  reader = { name: 'reader', passwordHash, isAdmin: false, grants: new Map([['d', 'READ']]) }
})
afterAll(() => target.server.close())

beforeEach(() => {
  const { engine } = target
  engine.meta = new FakeEngine().meta
  engine.setUsers(admin, reader)
  // As the conductor does it: parse, check, run.
  engine.queryAnswer = async function* ({ text, params, authorizer, database }) {
    const statements = parseQuery(text, params)
    authorizer?.checkStatements(statements, database)
    yield endOf(0)
  }
})

function query(text: string, headers: Record<string, string> = {}, parameters = ''): Promise<Answer> {
  return target.send('POST', `/query?q=${encodeURIComponent(text)}${parameters}`, { headers })
}

function basic(pair: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function errorOf(answer: Answer): [number, unknown] {
  return [answer.status, JSON.parse(answer.text).error]
}

function token(claims: unknown, { alg = 'HS256', secret = SECRET } = {}): Record<string, string> {
  const digest = { HS384: 'sha384', HS512: 'sha512' }[alg] ?? 'sha256'
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode({ alg, typ: 'JWT' })}.${encode(claims)}`
  const signature = alg === 'none' ? '' : createHmac(digest, secret).update(signed).digest('base64url')
  return { Authorization: `Bearer ${signed}.${signature}` }
}

const soon = Math.floor(Date.now() / 1000) + 3600

describe('credentials', () => {
  test.each<[string, Record<string, string>, string]>([
    ['Basic', basic('admin:pw'), ''],
    ['Token', { Authorization: 'Token admin:pw' }, ''],
    ['the URL', {}, '&u=admin&p=pw'],
    ['HS256', token({ username: 'admin', exp: soon }), ''],
    ['HS384', token({ username: 'admin', exp: soon }, { alg: 'HS384' }), ''],
    ['HS512', token({ username: 'admin', exp: soon }, { alg: 'HS512' }), ''],
  ])('are taken from %s', async (_name, headers, parameters) => {
    expect((await query('SHOW USERS', headers, parameters)).status).toBe(200)
  })

  test('in the URL come before the header', async () => {
    expect((await query('SHOW USERS', basic('admin:pw'), '&u=admin&p=wrong')).status).toBe(401)
    expect((await query('SHOW USERS', basic('admin:pw'), '&u=admin')).status).toBe(200)
  })

  test.each<[string, Record<string, string>, string]>([
    ['nothing', {}, 'unable to parse authentication credentials'],
    ['an unknown scheme', { Authorization: 'Foo x' }, 'unable to parse authentication credentials'],
    ['no base64', { Authorization: 'Basic zzz' }, 'unable to parse authentication credentials'],
    ['no name', basic(':pw'), 'username required'],
    ['a wrong password', basic('admin:no'), 'authorization failed'],
    ['an unknown user', basic('nobody:pw'), 'authorization failed'],
    ['no token', { Authorization: 'Bearer a' }, 'token contains an invalid number of segments'],
    ['a token of another algorithm', token({}, { alg: 'none' }), 'unexpected signing method: none'],
    ['a token of an asymmetric algorithm', token({}, { alg: 'RS256' }), 'unexpected signing method: RS256'],
    ['a token of another key', token({ username: 'admin', exp: soon }, { secret: 'x' }), 'signature is invalid'],
    ['a token without end', token({ username: 'admin' }), 'token expiration required'],
    ['a token past its end', token({ username: 'admin', exp: 1000 }), 'Token is expired'],
    ['a token without a name', token({ exp: soon }), 'username in token must be a string'],
    ['a token with a number for a name', token({ exp: soon, username: 5 }), 'username in token must be a string'],
    ['a token with an empty name', token({ exp: soon, username: '' }), 'token must contain a username'],
    ['a token of an unknown user', token({ exp: soon, username: 'zz' }), 'user not found'],
  ])('%s is refused', async (_name, headers, text) => {
    const answer = await query('SHOW USERS', headers)
    expect(errorOf(answer)).toEqual([401, text])
    expect(answer.headers['www-authenticate']).toBe('Basic realm="InfluxDB"')
    expect(answer.headers['x-influxdb-error']).toBeUndefined()
  })

  test('a changed password ends the old one at once', async () => {
    expect((await query('SHOW USERS', basic('admin:pw'))).status).toBe(200)
    target.engine.setUsers({ ...admin, passwordHash: await hashPassword('new', randomBytes(SALT_BYTES)) })
    expect((await query('SHOW USERS', basic('admin:pw'))).status).toBe(401)
    expect((await query('SHOW USERS', basic('admin:new'))).status).toBe(200)
  })

  test('guessing is stopped, and does not lock out who was right before', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      target.engine.setUsers(admin, reader, { ...reader, name: 'late' })
      const statusOf = async (pair: string) => (await query('SHOW DATABASES', basic(pair))).status
      expect(await statusOf('reader:pw')).toBe(200)
      for (const name of ['reader', 'late']) {
        for (let i = 0; i < 10; i++) expect(await statusOf(`${name}:guess`)).toBe(401)
      }
      // The right password too is refused unseen: nothing is hashed any more.
      expect(await statusOf('late:pw')).toBe(401)
      expect(await statusOf('reader:pw')).toBe(200)
      vi.advanceTimersByTime(10_001)
      expect(await statusOf('late:pw')).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })
})

test('a short secret turns bearer tokens off', async () => {
  const other = await openTestServer({ isAuthEnabled: true, sharedSecret: '' })
  other.engine.setUsers(admin)
  const headers = token({ username: 'admin', exp: soon }, { secret: '' })
  const answer = await other.send('GET', '/query?q=x', { headers })
  await other.server.close()
  expect(errorOf(answer)).toEqual([401, 'bearer auth disabled'])
})

test('in development too, only who may write to a database makes it by writing', async () => {
  const other = await openTestServer({ isAuthEnabled: true, isDatabaseCreatedOnWrite: true })
  let madeCount = 0
  other.engine.applyMeta = async () => {
    madeCount++
  }
  other.engine.setUsers(admin, reader)
  for (const pair of ['reader:pw', 'admin:pw']) {
    await other.send('POST', '/write?db=new', { body: 'm f=1', headers: basic(pair) })
  }
  await other.server.close()
  expect(madeCount).toBe(1)
})

describe('while there is no admin', () => {
  beforeEach(() => target.engine.setUsers())

  test('only a request that starts by creating one passes', async () => {
    const text = 'error authorizing query: create admin user first or disable authentication'
    expect(errorOf(await query('SHOW DATABASES'))).toEqual([403, text])
    expect(errorOf(await query("CREATE USER a WITH PASSWORD 'a'"))).toEqual([403, text])
    expect((await query("CREATE USER a WITH PASSWORD 'a' WITH ALL PRIVILEGES")).status).toBe(200)
  })

  test('nothing can be written', async () => {
    const answer = await target.send('POST', '/write?db=d', { body: 'm f=1' })
    expect(errorOf(answer)).toEqual([403, 'user is required to write to database "d"'])
  })
})

describe('grants', () => {
  test.each([
    ['SELECT f FROM m', 'd', null],
    ['SELECT f FROM m', '', "SELECT f FROM m', requires READ on "],
    ['SELECT f FROM d2..m', 'd', "SELECT f FROM d2..m', requires READ on d2"],
    ['SELECT f FROM (SELECT f FROM d2..m)', 'd', "SELECT f FROM (SELECT f FROM d2..m)', requires READ on d2"],
    ['SELECT f INTO x FROM m', 'd', "SELECT f INTO x FROM m', requires WRITE on d"],
    ['EXPLAIN SELECT f FROM d2..m', 'd', "EXPLAIN SELECT f FROM d2..m', requires READ on d2"],
    ['SHOW MEASUREMENTS; CREATE DATABASE x', 'd', "CREATE DATABASE x', requires admin privilege"],
    ['SHOW DATABASES', '', null],
    ['SHOW SERIES EXACT CARDINALITY ON d2', 'd', "SHOW SERIES EXACT CARDINALITY ON d2', requires READ on d2"],
    ['SHOW FIELD KEYS FROM d2..m', 'd', "SHOW FIELD KEYS FROM d2..m', requires READ on d2"],
    ['DELETE FROM m', 'd', "DELETE FROM m', requires WRITE on d"],
    ['DROP RETENTION POLICY a ON d', '', "DROP RETENTION POLICY a ON d', requires WRITE on d"],
    ["SET PASSWORD FOR reader = 'x'", '', "SET PASSWORD FOR reader = [REDACTED]', requires admin privilege"],
  ])('%s with db=%s', async (text, database, refusal) => {
    const answer = await query(text, basic('reader:pw'), `&db=${database}`)
    if (refusal === null) expect(answer.status).toBe(200)
    else {
      const expected = `error authorizing query: reader not authorized to execute statement '${refusal}`
      expect(errorOf(answer)).toEqual([403, expected])
    }
  })

  test.each([
    ['nobody', {}, 401],
    ['a reader', basic('reader:pw'), 403],
    ['an admin', basic('admin:pw'), 204],
  ])('a write by %s', async (_name, headers, status) => {
    const answer = await target.send('POST', '/write?db=d', { body: 'm f=1', headers })
    expect(answer.status).toBe(status)
    if (status === 403) expect(errorOf(answer)[1]).toBe('"reader" user is not authorized to write to database "d"')
  })

  test.each(['/ping', '/health'])('%s needs no credentials', async (path) => {
    expect((await target.send('GET', path)).status).toBeLessThan(300)
  })

  test.each(['/metrics', '/debug/vars', '/debug/requests?seconds=0'])('%s does', async (path) => {
    expect((await target.send('GET', path)).status).toBe(401)
    expect((await target.send('GET', path, { headers: basic('reader:pw') })).status).toBe(200)
  })

  test('continuous queries are told of databases that a user may see', async () => {
    const of = (database: string) => ({ database, name: 'q', text: `SELECT … FROM ${database}`, run: null })
    target.engine.continuousQueries.list = () => [of('d'), of('d2')]
    const seenBy = async (headers: Record<string, string>) => {
      const { text } = await target.send('GET', '/api/v1/continuous-queries', { headers })
      return JSON.parse(text).continuousQueries?.map(({ database }: { database: string }) => database)
    }
    expect(await seenBy(basic('admin:pw'))).toEqual(['d', 'd2'])
    expect(await seenBy(basic('reader:pw'))).toEqual(['d'])
    expect(await seenBy({})).toBeUndefined()
    target.engine.setUsers()
    expect(await seenBy({})).toBeUndefined()
  })
})
