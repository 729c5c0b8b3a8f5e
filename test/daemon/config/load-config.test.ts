import { describe, expect, test } from 'vitest'
import { ConfigError, type ConfigSources, loadConfig } from '../../../src/daemon/config/load-config.js'
import type { ConfigKey } from '../../../src/daemon/config/option-table.js'
import { sharedPlaces } from '../../../src/daemon/config/read-config.js'
import { describeOrigin, renderTemplate } from '../../../src/daemon/config/render-config.js'

const GIB = 2 ** 30

function sources(changes: Partial<ConfigSources> = {}): ConfigSources {
  return {
    flags: new Map(),
    environment: {},
    files: [],
    profile: null,
    machine: { memoryBytes: 24 * GIB, cpuCount: 2 },
    readSecretFile: () => {
      throw new Error('no such file')
    },
    ...changes,
  }
}

function file(text: string, path = 'hyperbyte.toml') {
  return { path, text }
}

function faultsOf(changes: Partial<ConfigSources>): readonly string[] {
  try {
    loadConfig(sources(changes))
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

describe('precedence', () => {
  const secretOf = (letter: string) => letter.repeat(32)
  const tables = (letter: string, profile: string) =>
    `[http]\nshared-secret = "${secretOf(letter)}"\n[profile.prod.http]\nshared-secret = "${secretOf(profile)}"\n`
  // No command has a flag for a secret; a flag is given to the loader as any other.
  const flag = { flags: new Map<ConfigKey, string>([['http.shared-secret', secretOf('1')]]) }
  const environment = { HYPERBYTE_HTTP_SHARED_SECRET: secretOf('2') }
  const secretFile = { HYPERBYTE_HTTP_SHARED_SECRET_FILE: '/run/secret' }
  const local = file(tables('5', '4'), './hyperbyte.toml')
  const user = file(tables('6', '4'), '~/.config/hyperbyte/config.toml')
  const system = file(tables('7', '4'), '/etc/hyperbyte/hyperbyte.toml')
  const readSecretFile = () => `${secretOf('3')}\n`

  /** Each with everything below it. */
  test.each<[string, Partial<ConfigSources>, string, string]>([
    [
      '1 a flag',
      { ...flag, environment: { ...environment, ...secretFile }, profile: 'prod', files: [local, user, system] },
      secretOf('1'),
      'flag --http.shared-secret',
    ],
    [
      '2 a variable',
      { environment: { ...environment, ...secretFile }, profile: 'prod', files: [local, user, system] },
      secretOf('2'),
      'environment HYPERBYTE_HTTP_SHARED_SECRET',
    ],
    [
      '3 a file that a variable names, without its last line end',
      { environment: secretFile, profile: 'prod', files: [local, user, system] },
      secretOf('3'),
      'environment HYPERBYTE_HTTP_SHARED_SECRET_FILE',
    ],
    [
      '4 a profile, of whichever file',
      { profile: 'prod', files: [file('[http]'), user, system] },
      secretOf('4'),
      'file ~/.config/hyperbyte/config.toml, profile prod',
    ],
    ['5 the file named, or the local one', { files: [local, user, system] }, secretOf('5'), 'file ./hyperbyte.toml'],
    ["6 the user's file", { files: [user, system] }, secretOf('6'), 'file ~/.config/hyperbyte/config.toml'],
    ["7 the system's file", { files: [system] }, secretOf('7'), 'file /etc/hyperbyte/hyperbyte.toml'],
    ['8 the default', {}, '', 'default'],
  ])('%s', (_, changes, secret, origin) => {
    const config = loadConfig(sources({ readSecretFile, ...changes }))
    expect(config.values['http.shared-secret']).toBe(secret)
    expect(describeOrigin(config.origins['http.shared-secret'])).toBe(origin)
  })

  test("the user's file stands before the system's", () => {
    const system = '/etc/hyperbyte/hyperbyte.toml'
    expect(sharedPlaces({ HOME: '/home/ada' })).toEqual(['/home/ada/.config/hyperbyte/config.toml', system])
    expect(sharedPlaces({ HOME: '/home/ada', XDG_CONFIG_HOME: '/x' })).toEqual(['/x/hyperbyte/config.toml', system])
  })

  test('of the names of a variable our own comes first, and the doubled spelling last', () => {
    const doubled = { HYPERBYTEDB__LOGGING__LEVEL: 'debug', HYPERBYTEDB__SERVER__NODE_ID: '3' }
    const alone = loadConfig(sources({ environment: doubled }))
    expect(alone.values['logging.level']).toBe('debug')
    expect(alone.warnings).toEqual(['HYPERBYTEDB__SERVER__NODE_ID has no meaning here; ignored'])
    const both = loadConfig(sources({ environment: { ...doubled, HYPERBYTE_LOGGING_LEVEL: 'warn' } }))
    expect(describeOrigin(both.origins['logging.level'])).toBe('environment HYPERBYTE_LOGGING_LEVEL')
  })

  test('connections take the names of the influx shell after our own', () => {
    const environment = { INFLUX_HOST: 'http://a:1', INFLUX_USERNAME: 'u' }
    expect(loadConfig(sources({ environment })).values['connection.host']).toBe('http://a:1')
    const both = { ...environment, HYPERBYTE_HOST: 'http://b:1' }
    expect(loadConfig(sources({ environment: both })).values['connection.host']).toBe('http://b:1')
  })
})

describe('faults', () => {
  test('every fault of every source is reported at once', () => {
    const faults = faultsOf({
      flags: new Map<ConfigKey, string>([['http.bind-address', 'nowhere']]),
      environment: { HYPERBYTE_HTTP_MAX_BODY_SIZE: 'much', HYPERBYTE_HTTP_AUTH: 'true' },
      files: [file('[coordinator]\nquery-timout = "5s"\n[duckdb]\nthreads = 0\n[data]\nwal-max-size = [1]')],
    })
    expect(faults).toHaveLength(6)
    expect(faults).toContain(
      'hyperbyte.toml: unknown option coordinator.query-timout; did you mean coordinator.query-timeout?',
    )
    expect(faults).toContain('hyperbyte.toml: duckdb.threads "0" is not a whole number, 1 to 256')
    expect(faults).toContain('unknown option HYPERBYTE_HTTP_AUTH; did you mean HYPERBYTE_HTTP_AUTH_ENABLED?')
  })

  test('a fault in a file counts although a flag hides the value', () => {
    const faults = faultsOf({
      flags: new Map<ConfigKey, string>([['logging.level', 'warn']]),
      files: [file('[logging]\nlevel = "loud"')],
    })
    expect(faults).toEqual(['hyperbyte.toml: logging.level "loud" is not one of trace, debug, info, warn, error'])
  })

  test('a file that is not TOML is named with line and column', () => {
    expect(faultsOf({ files: [file('[http]\nbind-address = ')] })[0]).toMatch(/^hyperbyte\.toml:2:\d+: /)
  })

  test('a wrong secret is not repeated', () => {
    expect(faultsOf({ files: [file('[http]\nshared-secret = 12345')] })[0]).not.toContain('12345')
  })

  test('a profile that no file has is a fault', () => {
    expect(faultsOf({ profile: 'prod' })).toEqual(['no file has a table [profile.prod]'])
  })
})

describe('rules between options', () => {
  test.each([':8086', '0.0.0.0:8086', '[::]:8086', 'db1.example.com:8086'])(
    '%s without authentication is refused',
    (address) => {
      const flags = new Map<ConfigKey, string>([['http.bind-address', address]])
      expect(faultsOf({ flags })[0]).toContain('--insecure')
      expect(faultsOf({ flags: new Map([...flags, ['http.insecure', 'true'] as const]) })).toEqual([])
      expect(faultsOf({ flags, environment: { HYPERBYTE_HTTP_AUTH_ENABLED: 'true' } })).toEqual([])
    },
  )

  test.each(['127.0.0.1:0', '127.8.9.1:1', 'localhost:8086', '[::1]:8086'])('%s needs no authentication', (address) => {
    expect(faultsOf({ flags: new Map<ConfigKey, string>([['http.bind-address', address]]) })).toEqual([])
  })

  test('a chosen flush size above half of the memory for rows is refused, a default one follows', () => {
    const small = '[data]\ncache-max-memory-size = "64m"\n'
    expect(faultsOf({ files: [file(small + 'cache-snapshot-memory-size = "40m"')] })).toHaveLength(1)
    const { values } = loadConfig(sources({ files: [file(small)] }))
    expect(values['data.cache-snapshot-memory-size']).toBe(32 * 2 ** 20)
  })

  test('a key with which InfluxDB would speak HTTPS is refused when it is on', () => {
    expect(faultsOf({ files: [file('[http]\nhttps-enabled = true')] })[0]).toContain('plain HTTP')
    expect(faultsOf({ files: [file('[http]\nhttps-enabled = false')] })).toEqual([])
  })
})

test('a configuration file of InfluxDB is taken: what means nothing here is a warning', () => {
  const { values, warnings } = loadConfig(
    sources({
      files: [
        file(
          'reporting-disabled = true\n[meta]\n  dir = "/var/lib/influxdb/meta"\n[data]\n  index-version = "tsi1"\n  max-values-per-tag = 5\n' +
            '[http]\n  bind-address = "127.0.0.1:9999"\n  max-body-size = 1000\n[[udp]]\n  enabled = false\n',
        ),
      ],
    }),
  )
  expect(values['http.bind-address']).toEqual({ host: '127.0.0.1', port: 9999 })
  expect(values['data.max-values-per-tag']).toBe(5)
  expect(warnings).toHaveLength(4)
})

test('memory defaults fit a small machine', () => {
  const { values } = loadConfig(sources({ machine: { memoryBytes: GIB, cpuCount: 1 } }))
  const sum =
    values['data.cache-max-memory-size'] +
    values['data.column-cache-size'] +
    values['duckdb.memory-limit'] +
    values['http.max-bodies-in-flight-size']
  expect(sum).toBeLessThan(0.6 * GIB)
})

test('no limit that cuts an answer short without an error is on by default', () => {
  const { values } = loadConfig(sources())
  expect(values['coordinator.max-select-buckets']).toBe(0)
  expect(values['http.max-row-limit']).toBe(0)
})

test('the template sets nothing, and every option in it is right when its mark is taken away', () => {
  const template = renderTemplate({ memoryBytes: 24 * GIB, cpuCount: 2 })
  expect(loadConfig(sources({ files: [file(template)] })).origins['data.dir']).toEqual({ kind: 'default' })
  const used = template.replace(/^# (?=[a-z-]+ = )/gm, '')
  const { origins } = loadConfig(sources({ files: [file(used.slice(0, used.indexOf('# A profile')))] }))
  expect(Object.values(origins).every(({ kind }) => kind === 'file')).toBe(true)
})
