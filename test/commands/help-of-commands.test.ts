import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Command, Parser } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { talkFlags } from '../../src/cli/base-command.js'
import { serverFlags } from '../../src/cli/connection-flags.js'
import { EXIT_CODES } from '../../src/cli/exit-codes.js'
import { splitDescription } from '../../src/cli/help/exit-code-section.js'
import { FLAG_GROUPS, groupOfFlag } from '../../src/cli/help/flag-groups.js'
import { SEE_ALSO } from '../../src/cli/help/see-also.js'
import { rewriteInfluxFlags } from '../../src/cli/rewrite-influx-flags.js'
import { argumentsOf } from '../support/split-shell-words.js'

/** It stays, logs to stderr and has flags for that; or answers a shell's Tab. */
const ITS_OWN: ReadonlySet<string> = new Set(['serve', 'complete'])

/** Work that grows with the data. */
const LONG: ReadonlySet<string> = new Set([
  'backfill dump',
  'backfill load',
  'backfill run',
  'backfill verify',
  'backup',
  'backup copy',
  'backup create',
  'backup verify',
  'export',
  'import',
  'restore',
])

const KNOWN_CODES: ReadonlySet<number> = new Set([...Object.values(EXIT_CODES).map(({ code }) => code), 127, 130, 143])

const folder = fileURLToPath(new URL('../../src/commands', import.meta.url))
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'))

const commands = await Promise.all(
  files.map(async (file) => {
    const { default: command } = (await import(`${folder}/${file}`)) as { default: Command.Class }
    return {
      id: file
        .replace(/\.ts$/, '')
        .replace(/\/index$/, '')
        .replaceAll('/', ' '),
      command,
    }
  }),
)

describe.each(commands)('hyperbyte $id', ({ id, command }) => {
  test('says in a line what it is for', () => {
    expect(command.summary).toMatch(/^[A-Z].*[^.]$/)
    expect(command.summary!.length).toBeLessThanOrEqual(100)
  })

  test('says how it ends, in numbers that mean the same everywhere', () => {
    if (command.hidden === true) return
    const { exits } = splitDescription(command.description ?? '')
    const codes = exits.map(({ code }) => Number(code))
    expect(codes.length).toBeGreaterThan(0)
    expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b))
    expect(codes.filter((code) => !KNOWN_CODES.has(code))).toEqual([])
  })

  test('says what to read next', () => {
    const known = commands.map((each) => each.id)
    expect(SEE_ALSO[id]?.length, 'has no line in src/cli/help/see-also.ts').toBeGreaterThan(0)
    expect(SEE_ALSO[id].filter((other) => ![...known, 'autocomplete'].includes(other) || other === id)).toEqual([])
  })

  test('shows its flags under known headings, in sentences', () => {
    const flags = Object.entries({ ...command.baseFlags, ...command.flags }).filter(([, flag]) => flag.hidden !== true)
    const groups = flags.map(([name, { helpGroup }]) => groupOfFlag({ name, helpGroup }))
    expect(groups.filter((group) => ![...FLAG_GROUPS, 'CSV, PARQUET, JSONL'].includes(group))).toEqual([])
    expect(flags.filter(([, { summary = '' }]) => !/^\S.*\S$/s.test(summary)).map(([name]) => name)).toEqual([])
  })

  test('takes what every command takes', () => {
    if (ITS_OWN.has(id)) return
    for (const [name, flag] of Object.entries(talkFlags)) {
      const own = { ...command.baseFlags, ...command.flags }[name]
      expect([name, own?.type, own?.char]).toEqual([name, flag.type, flag.char])
    }
    const letters = Object.values({ ...command.baseFlags, ...command.flags }).flatMap(({ char }) => char ?? [])
    expect(letters.length).toBe(new Set(letters).size)
  })

  test('shows where it works when that takes long', () => {
    const { progress } = { ...command.baseFlags, ...command.flags }
    if (progress !== undefined) expect(progress).toMatchObject({ options: ['auto', 'bar', 'plain', 'json', 'none'] })
    if (LONG.has(id)) expect(progress).toBeDefined()
  })

  test('reaches a server in every way or in none', () => {
    const flags = { ...command.baseFlags, ...command.flags }
    // `debug diff` names two of them in its arguments.
    if (flags['token-file'] === undefined || id === 'debug diff') return
    expect(Object.keys(serverFlags).filter((name) => flags[name] === undefined)).toEqual([])
    expect(flags['host']).toMatchObject({ char: 'H', multiple: true })
  })

  test('says what each flag takes', () => {
    if (command.hidden === true) return
    const silent = Object.entries({ ...command.baseFlags, ...command.flags }).filter(
      ([, flag]) =>
        flag.type === 'option' && flag.hidden !== true && flag.helpValue === undefined && flag.options === undefined,
    )
    expect(silent.map(([name]) => name)).toEqual([])
  })

  test('has two examples at least, and they are right', async () => {
    const examples = (command.examples ?? []).map((example) =>
      typeof example === 'string' ? example : example.command,
    )
    if (command.hidden !== true) expect(examples.length).toBeGreaterThanOrEqual(2)
    for (const example of examples) await parseExample(id, command, example)
  })
})

async function parseExample(id: string, command: Command.Class, example: string): Promise<void> {
  const line = example.replaceAll('<%= config.bin %>', 'hyperbyte').replaceAll('<%= command.id %>', id)
  // An example may begin with a line that explains it.
  const [call] = line.split('\n').filter((each) => /(^|[|;&$] *)hyperbyte /.test(each))
  const words = rewriteInfluxFlags(argumentsOf(call))
  expect(words.slice(0, id.split(' ').length).join(' ')).toBe(id)
  const flags = { ...command.baseFlags, ...command.flags }
  const { nonExistentFlags } = await Parser.parse(words.slice(id.split(' ').length), {
    flags: { ...flags, ...(command.enableJsonFlag ? { json: jsonFlag() } : {}) },
    args: command.args,
    strict: command.strict,
  } as Parameters<typeof Parser.parse>[1])
  expect(nonExistentFlags ?? []).toEqual([])
}

function jsonFlag() {
  return { type: 'boolean', parse: async () => true } as const
}
