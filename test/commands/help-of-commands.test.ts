import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Command, Parser } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { rewriteInfluxFlags } from '../../src/cli/rewrite-influx-flags.js'
import { argumentsOf } from '../support/split-shell-words.js'

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
  test('says what it is for and how it ends', () => {
    expect(command.summary).toMatch(/^[A-Z].*[^.]$/)
    if (command.hidden !== true) expect(command.description).toContain('EXIT CODES\n')
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
