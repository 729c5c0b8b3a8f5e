import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Engine } from '../../../src/engine/index.js'
import { openTestEngine, type TestEngine } from '../../engine/open-test-engine.js'
import { openServerFor, type TestServer } from './open-test-server.js'

let database: TestEngine
let server: TestServer<Engine>

beforeEach(async () => {
  database = await openTestEngine()
})

afterEach(async () => {
  await server.server.close()
  await database.remove()
})

test('only an admin may look into the server', async () => {
  await database.ask(`CREATE USER root WITH PASSWORD 'p' WITH ALL PRIVILEGES`, '')
  await database.ask(`CREATE USER reader WITH PASSWORD 'p'; GRANT ALL ON db TO reader`, '')
  server = await openServerFor(database.engine, { isAuthEnabled: true })
  const statusFor = async (user: string) => {
    const authorization = `Basic ${Buffer.from(`${user}:p`).toString('base64')}`
    return (await server.send('GET', '/api/v1/debug/manifest', { headers: user === '' ? {} : { authorization } }))
      .status
  }
  expect([await statusFor(''), await statusFor('reader'), await statusFor('root')]).toEqual([401, 403, 200])
})

test.each([
  ['GET', 'manifest', 200],
  ['POST', 'manifest', 405],
  ['GET', 'compact', 405],
  ['POST', 'compact', 200],
  ['GET', 'nonsense', 404],
  ['GET', 'constructor', 404],
  ['GET', 'verify?id=x', 400],
  ['GET', 'log?from=x', 400],
  ['GET', 'log?from=1&count=x', 400],
  ['GET', 'plan?q=SELEC', 400],
  ['GET', 'plan?q=SHOW+DATABASES&analyze=true', 400],
  ['GET', 'plan?q=SELECT+v+FROM+m&db=db&analyze=true', 200],
] as const)('%s %s answers with %i', async (method, name, status) => {
  server = await openServerFor(database.engine)
  expect((await server.send(method, `/api/v1/debug/${name}`)).status).toBe(status)
})
