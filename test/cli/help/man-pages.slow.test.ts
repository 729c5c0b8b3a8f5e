/** The manual that a build makes, against what commands there are, and against the programs that read it. */

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from '@oclif/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { requireBuild } from '../../support/built-bin.js'

const ROOT = new URL('../../../', import.meta.url)
const FOLDER = fileURLToPath(new URL('man', ROOT))

let commands: Command.Cached[]
let names: string[]

const read = (name: string) => readFileSync(`${FOLDER}/${name}`, 'utf8')
const pageOf = ({ id }: { readonly id: string }) => `hyperbyte-${id.replaceAll(':', '-')}.1`

beforeAll(() => {
  requireBuild()
  const manifest = JSON.parse(readFileSync(new URL('oclif.manifest.json', ROOT), 'utf8'))
  commands = Object.values(manifest.commands as Record<string, Command.Cached>).filter(({ hidden }) => hidden !== true)
  names = readdirSync(FOLDER)
})

test('every command has its page, and a package takes them along', () => {
  expect(commands.map(pageOf).filter((name) => !names.includes(name))).toEqual([])
  const { files, directories } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))
  expect({ files, directories }).toMatchObject({
    files: expect.arrayContaining(['/man']),
    directories: { man: './man' },
  })
})

test('every variable that a flag names is in the ENVIRONMENT of its command', () => {
  for (const command of commands) {
    const [, environment] = /\.SH ENVIRONMENT\n(.*?)\n\.SH /s.exec(read(pageOf(command))) ?? []
    const named = Object.values(command.flags).flatMap(({ env, summary = '' }) => [
      ...(env === undefined ? [] : [env]),
      ...(/\[env: ([^\]]+)\]/.exec(summary)?.[1].match(/[A-Z][A-Z_]+/g) ?? []),
    ])
    expect(
      named.filter((name) => !environment!.includes(name)),
      command.id,
    ).toEqual([])
  }
})

test('every page that another names is there', () => {
  for (const name of names) {
    const others = [...read(name).matchAll(/^\\fB(hyperbyte[\w\\-]*)\\fR\(1\)/gm)].map(([, other]) => other)
    expect(others.length, name).toBeGreaterThan(0)
    expect(others.map((other) => `${other.replaceAll('\\', '')}.1`).filter((other) => !names.includes(other))).toEqual(
      [],
    )
  }
})

describe('programs that read it', () => {
  const isThere = (program: string) => spawnSync(program, ['--version']).status === 0

  test.runIf(isThere('groff'))('groff has no warning', () => {
    for (const name of names) {
      const args = ['-man', '-ww', '-z', '-Tutf8', `${FOLDER}/${name}`]
      expect(spawnSync('groff', args, { encoding: 'utf8' }), name).toMatchObject({ status: 0, stderr: '' })
    }
  })

  test.runIf(isThere('man'))('man shows an example as it is typed', () => {
    const { stdout } = spawnSync('man', ['-l', `${FOLDER}/hyperbyte-query.1`], {
      encoding: 'utf8',
      env: { ...process.env, MANWIDTH: '200', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' },
    })
    expect(stdout).toContain(`$ hyperbyte query -d telegraf -e 'SELECT * FROM cpu WHERE host = $host'`)
    expect(stdout).toMatch(/^NAME\n +hyperbyte-query - run InfluxQL statements$/m)
  })
})
