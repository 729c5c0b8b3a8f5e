import { Args, Flags, Parser } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { explainUnknownCommand } from '../../../src/cli/command-not-found.js'
import { examplesOf, nearestExample } from '../../../src/cli/usage/examples-of.js'
import { explainUsageError } from '../../../src/cli/usage/explain-usage-error.js'

const flags = {
  host: Flags.string({ char: 'H' }),
  repo: Flags.string({ required: true }),
  format: Flags.option({ options: ['table', 'csv'] as const })(),
  jobs: Flags.integer({ min: 1 }),
  quiet: Flags.boolean({ exclusive: ['jobs'] }),
}
const args = { source: Args.string({ options: ['-'], description: 'Where from.' }) }

async function explained(line: string, needed = {}): Promise<string> {
  const typed = line.split(' ').filter((word) => word !== '')
  const shape = { flags: [...Object.keys(flags), 'help'], letters: ['H', 'h'] }
  try {
    await Parser.parse(typed, { flags, args: { ...needed, ...args }, strict: true })
  } catch (error) {
    return explainUsageError(error as Error, typed, shape)
  }
  return 'nothing is wrong'
}

test.each([
  ['--repo x', 'nothing is wrong'],
  ['--reop x', 'there is no flag --reop; did you mean --repo?'],
  ['--repo x --hots=y', 'there is no flag --hots; did you mean --host?'],
  ['--repo x --server=y', 'there is no flag --server; did you mean --host?'],
  ['--repo x --threads 4', 'there is no flag --threads; did you mean --jobs?'],
  ['--repo x --colour', 'there is no flag --colour'],
  ['--repo x -Z', 'there is no flag -Z'],
  ['', '--repo is missing'],
  ['--repo', 'flag --repo expects a value'],
  ['--repo x y', 'expected y to be one of: -'],
  ['--repo x - - z', '"-", "z" are too much; what has spaces stands in quotes'],
  ['--repo x --format cvs', '--format cvs is none of table, csv; did you mean csv?'],
  ['--repo x --jobs 0', '--jobs: expected an integer greater than or equal to 1 but received: 0'],
  ['--repo x --jobs 1 --quiet', '--jobs=1 cannot also be provided when using --quiet'],
])('%j is answered with %j', async (line, message) => {
  expect(await explained(line)).toBe(message)
})

test('an argument that is missing is named with what it is', async () => {
  const needed = { name: Args.string({ required: true, description: 'Name of the user.' }) }
  expect(await explained('--repo x', needed)).toBe('NAME (Name of the user) is missing')
})

describe('examples', () => {
  const lines = examplesOf(
    [
      '<%= config.bin %> <%= command.id %> --repo /backup/hb',
      'Only one database:\n  $ <%= config.bin %> <%= command.id %> --repo /backup/hb --database telegraf',
      { command: `echo x | <%= config.bin %> <%= command.id %> -` },
    ],
    { bin: 'hyperbyte', id: 'backup:create' },
  )

  test('are lines to copy', () => {
    expect(lines).toEqual([
      'hyperbyte backup create --repo /backup/hb',
      'hyperbyte backup create --repo /backup/hb --database telegraf',
      'echo x | hyperbyte backup create -',
    ])
  })

  test.each([
    [[], 0],
    [['--repo', 'x'], 0],
    [['--database=x'], 1],
    [['-'], 2],
  ])('the nearest to %j is number %d', (typed, index) => {
    expect(nearestExample(typed, lines)).toBe(lines[index])
  })
})

test.each([
  ['bakcup', 'there is no command "bakcup"; did you mean "backup"?', 'hyperbyte backup --help'],
  ['backup lst', 'there is no command "backup lst"; did you mean "backup list"?', 'hyperbyte backup list --help'],
  ['ping db1', '"ping" has no argument or command "db1"', 'hyperbyte ping --help'],
  ['--json query', '--json query stands before the command', 'flags follow it: hyperbyte COMMAND --json query'],
  ['nonsense', 'there is no command "nonsense"', 'hyperbyte help'],
])('the command %j does not exist: %j', (typed, message, hint) => {
  expect(explainUnknownCommand(typed, ['backup', 'backup list', 'ping'])).toEqual({ message, hint })
})
