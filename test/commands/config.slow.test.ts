/** The same order of precedence, with real files, variables and flags. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Outcome, requireBuild, runBin } from '../support/built-bin.js'

const SECRET = 'a-secret-of-more-than-thirty-two-letters'

let folder: string
let home: string

beforeAll(() => {
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-config-'))
  home = path.join(folder, 'home')
  mkdirSync(path.join(home, 'hyperbyte'), { recursive: true })
  const levels = (own: string, profile: string) =>
    `[logging]\nlevel = "${own}"\n[profile.quiet.logging]\nlevel = "${profile}"\n`
  writeFileSync(path.join(home, 'hyperbyte', 'config.toml'), levels('trace', 'error'))
  writeFileSync(path.join(folder, 'hyperbyte.toml'), levels('debug', 'warn'))
  writeFileSync(path.join(folder, 'named.toml'), '[logging]\nlevel = "info"\n')
  writeFileSync(path.join(folder, 'typo.toml'), '[logging]\nlevle = "info"\n[htttp]\nauth-enabled = true\n')
  writeFileSync(path.join(folder, 'secret'), `${SECRET}\n`)
})

afterAll(() => rmSync(folder, { recursive: true }))

async function config(args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  return await runBin(['config', ...args], { cwd: folder, environment: { XDG_CONFIG_HOME: home, ...environment } })
}

async function optionOf(key: string, args: readonly string[], environment: Record<string, string> = {}) {
  const { stdout, exit, stderr } = await config(['show', '--json', ...args], environment)
  expect(exit, stderr).toBe(0)
  const { options } = JSON.parse(stdout) as { options: { key: string; value: string; origin: string }[] }
  const { value, origin } = options.find((option) => option.key === key)!
  return [value, origin]
}

describe('config show', () => {
  const variable = { HYPERBYTE_LOGGING_LEVEL: 'error' }
  const inFolder = (name: string) => path.join(folder, name)

  test.each<[string, string[], Record<string, string>, () => [string, string]]>([
    ['a flag', ['--log-level', 'warn'], variable, () => ['"warn"', 'flag --log-level']],
    ['a variable', ['--profile', 'quiet'], variable, () => ['"error"', 'environment HYPERBYTE_LOGGING_LEVEL']],
    ['a profile', ['--profile', 'quiet'], {}, () => ['"warn"', `file ${inFolder('hyperbyte.toml')}, profile quiet`]],
    [
      'a profile that a variable names',
      [],
      { HYPERBYTE_PROFILE: 'quiet' },
      () => ['"warn"', `file ${inFolder('hyperbyte.toml')}, profile quiet`],
    ],
    ['a file that a flag names', ['--config', 'named.toml'], {}, () => ['"info"', 'file named.toml']],
    ['a file that a variable names', [], { HYPERBYTE_CONFIG: 'named.toml' }, () => ['"info"', 'file named.toml']],
    ['the local file', [], {}, () => ['"debug"', `file ${inFolder('hyperbyte.toml')}`]],
  ])('%s wins over what is below', async (_, args, environment, expected) => {
    expect(await optionOf('logging.level', args, environment)).toEqual(expected())
  })

  test("the user's file wins over the default, where there is no local one", async () => {
    const { stdout } = await runBin(['config', 'show', '--origin'], {
      cwd: home,
      environment: { XDG_CONFIG_HOME: home },
    })
    expect(stdout).toMatch(/^level = "trace" +# file .*config\.toml$/m)
    expect(stdout).toMatch(/^format = "auto" +# default$/m)
  })

  test('secrets come from a file that a variable names, and are left out unless asked for', async () => {
    const environment = { HYPERBYTE_HTTP_SHARED_SECRET_FILE: 'secret' }
    const origin = 'environment HYPERBYTE_HTTP_SHARED_SECRET_FILE'
    expect(await optionOf('http.shared-secret', [], environment)).toEqual(['"(hidden)"', origin])
    expect(await optionOf('http.shared-secret', ['--no-redact'], environment)).toEqual([`"${SECRET}"`, origin])
    expect((await config(['show'], environment)).stdout).not.toContain(SECRET)
  })
})

describe('config check', () => {
  test('names every unknown key, and what may have been meant', async () => {
    const { exit, stdout } = await config(['check', 'typo.toml'])
    expect(exit).toBe(2)
    expect(stdout).toContain('logging.levle; did you mean logging.level?')
    expect(stdout).toContain('htttp.auth-enabled; did you mean http.auth-enabled?')
  })

  test('a profile that does not exist is a fault', async () => {
    const { exit, stdout } = await config(['check', '--profile', 'nowhere'])
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '✗ no file has a table [profile.nowhere]\n' })
  })
})

describe('config init', () => {
  test('writes for its owner alone what serve takes, and never over something', async () => {
    expect(await config(['init', 'new.toml'])).toMatchObject({ exit: 0 })
    expect(statSync(path.join(folder, 'new.toml')).mode & 0o777).toBe(0o600)
    expect(await config(['check', 'new.toml'])).toMatchObject({ exit: 0 })
    const before = readFileSync(path.join(folder, 'named.toml'), 'utf8')
    expect(await config(['init', 'named.toml'])).toMatchObject({ exit: 7 })
    expect(readFileSync(path.join(folder, 'named.toml'), 'utf8')).toBe(before)
  })
})
