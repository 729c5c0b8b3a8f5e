import { expect, test } from 'vitest'
import { parseQuery } from '../../../src/engine/influxql/parse-query.js'
import { RunningQueries } from '../../../src/engine/query/running-queries.js'

function registry() {
  let nowMs = 0
  const queries = new RunningQueries(() => nowMs)
  const start = (text: string) => queries.start({ statements: parseQuery(text, null), database: 'db', user: 'ann' })
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { queries, start, pass }
}

test('queries are listed from start to finish, in order, with their numbers', () => {
  const { queries, start, pass } = registry()
  const first = start('select  mean( v ) from cpu; show databases')
  pass(5)
  const second = start('SHOW QUERIES')
  first.progress.readRowCount = 12
  expect(queries.list()).toMatchObject([
    {
      id: 1,
      text: 'SELECT mean(v) FROM cpu;\nSHOW DATABASES',
      database: 'db',
      user: 'ann',
      elapsedMs: 5,
      readRowCount: 12,
    },
    { id: 2, text: 'SHOW QUERIES', elapsedMs: 0, status: 'running' },
  ])
  first.finish()
  second.finish()
  expect(queries.list()).toEqual([])
})

test('passwords are never listed', () => {
  const { queries, start } = registry()
  start(`CREATE USER bob WITH PASSWORD 'secret'`)
  expect(queries.list()[0].text).not.toContain('secret')
})

test('a killed query is told so, and cannot be killed twice', () => {
  const { queries, start } = registry()
  const query = start('SHOW QUERIES')
  queries.kill(1n)
  expect(query.signal.aborted).toBe(true)
  expect(queries.list()[0].status).toBe('killed')
  expect(() => queries.kill(1n)).toThrow('already killed')
})

test('a number that no query has is refused in the words of InfluxDB', () => {
  const { queries, start } = registry()
  start('SHOW QUERIES').finish()
  expect(() => queries.kill(1n)).toThrow('no such query id: 1')
  expect(() => queries.kill(2n ** 63n - 1n)).toThrow('no such query id: 9223372036854775807')
})
