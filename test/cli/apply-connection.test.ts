import { expect, test } from 'vitest'
import { applyConnection } from '../../src/cli/apply-connection.js'
import { type ConfigFile, loadConnection } from '../../src/daemon/config/load-config.js'

const PROFILES: ConfigFile = {
  path: 'hyperbyte.toml',
  text: `
[http]
bind-adress = "a fault that is none of a client's business"
[connection]
host = "http://plain:8086"
timeout = "5s"
[profile.production.connection]
host = "https://production:8086"
database = "telegraf"
password-file = "/run/secrets/password"
token-file = "/run/secrets/token"
`,
}

const KNOWN = new Set(['host', 'database', 'timeout', 'username', 'password-file', 'token-file', 'insecure'])

interface Call {
  readonly typed?: Record<string, unknown>
  readonly environment?: Record<string, string>
  readonly profile?: string
}

function flagsAfter({ typed = {}, environment = {}, profile }: Call) {
  const layer = loadConnection({
    flags: new Map(),
    environment,
    files: [PROFILES],
    profile: profile ?? null,
    machine: { memoryBytes: 0, cpuCount: 1 },
    readSecretFile: () => '',
  })
  const flags = { timeout: 30_000, ...typed }
  applyConnection({ flags, known: KNOWN, isTyped: (name) => name in typed }, layer, environment)
  return flags
}

test('a profile gives what no flag gave', () => {
  expect(flagsAfter({ profile: 'production' })).toEqual({
    host: ['https://production:8086'],
    database: 'telegraf',
    timeout: 5000,
    'password-file': '/run/secrets/password',
    'token-file': '/run/secrets/token',
  })
})

test('flags win over the environment, the environment over a profile, a profile over plain keys', () => {
  const environment = { INFLUX_HOST: 'http://environment:8086' }
  expect(flagsAfter({})).toMatchObject({ host: ['http://plain:8086'] })
  expect(flagsAfter({ environment, profile: 'production' })).toMatchObject({ host: ['http://environment:8086'] })
  expect(flagsAfter({ environment, typed: { host: ['http://flag:8086'] } })).toMatchObject({
    host: ['http://flag:8086'],
  })
})

test('secrets of a file step back behind credentials that were given now', () => {
  const flags = flagsAfter({
    profile: 'production',
    typed: { username: 'ada' },
    environment: { HYPERBYTE_PASSWORD: 'x' },
  })
  expect(flags).not.toHaveProperty('token-file')
  expect(flags).not.toHaveProperty('password-file')
})

test('a profile that no file has is a fault', () => {
  expect(() => flagsAfter({ profile: 'prodction' })).toThrow('[profile.prodction]')
})
