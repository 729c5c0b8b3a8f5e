import { expect, test } from 'vitest'
import { toBaseUrl, toClientOptions } from '../../src/cli/connection-flags.js'
import { parseParams } from '../../src/cli/parse-param.js'

test.each([
  ['db1', null, 'http://db1:8086'],
  ['db1', 9000, 'http://db1:9000'],
  ['db1:1234', 9000, 'http://db1:1234'],
  ['http://db1/', null, 'http://db1:8086'],
  ['http://db1:80', null, 'http://db1'],
  ['https://db1', null, 'https://db1'],
  ['http://proxy/influx/', null, 'http://proxy:8086/influx'],
  ['[::1]', null, 'http://[::1]:8086'],
])('host %s with port %s is %s', (host, port, url) => {
  expect(toBaseUrl(host, port)).toBe(url)
})

test('something that is no address is a usage error', () => {
  expect(() => toBaseUrl('http://', null)).toThrow('no address')
})

const FLAGS = { timeout: 1000, insecure: false }

function options(flags: object, environment: Record<string, string> = {}) {
  const warnings: string[] = []
  const result = toClientOptions({ ...FLAGS, ...flags }, environment, (text) => warnings.push(text))
  return { ...result, warnings }
}

test("our own variables win over those of InfluxDB's shell, flags win over both", () => {
  const environment = { INFLUX_HOST: 'http://a:1', INFLUX_USERNAME: 'u', INFLUX_PASSWORD: 'p' }
  expect(options({}, environment)).toMatchObject({
    hosts: ['http://a:1'],
    credentials: { kind: 'password', username: 'u', password: 'p' },
  })
  expect(options({}, { ...environment, HYPERBYTE_HOST: 'b:2', HYPERBYTE_PASSWORD: 'q' })).toMatchObject({
    hosts: ['http://b:2'],
    credentials: { password: 'q' },
  })
  expect(options({ host: ['c:3'], username: 'v' }, environment)).toMatchObject({
    hosts: ['http://c:3'],
    credentials: { username: 'v' },
  })
})

test('a password on the command line works and is warned about', () => {
  const { credentials, warnings } = options({ username: 'u', password: 'secret' })
  expect(credentials).toEqual({ kind: 'password', username: 'u', password: 'secret' })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).not.toContain('secret')
})

test('without anything the local server is asked without credentials', () => {
  expect(options({})).toMatchObject({ hosts: ['http://127.0.0.1:8086'], credentials: { kind: 'none' } })
})

test('parameters keep the type and the digits that were typed', () => {
  expect(parseParams(['host=a b', 'n=9223372036854775807', 'f=1.50', 'ok=true', 'text="12"', 'odd=1e', 'eq=a=b'])).toBe(
    '{"host":"a b","n":9223372036854775807,"f":1.50,"ok":true,"text":"12","odd":"1e","eq":"a=b"}',
  )
  expect(parseParams([])).toBe('')
  expect(() => parseParams(['novalue'])).toThrow('has no value')
  expect(() => parseParams(['=x'])).toThrow('has no name')
})
