import { expect, test } from 'vitest'
import { type KnownCommand, type KnownFlag, planCompletion } from '../../../src/cli/complete/completion-plan.js'
import { splitCommandLine } from '../../../src/cli/complete/split-command-line.js'

function flag(name: string, more: Partial<KnownFlag> = {}): KnownFlag {
  return { name, isOption: true, options: [], isHidden: false, ...more }
}

const COMMANDS: readonly KnownCommand[] = [
  {
    id: 'query',
    flags: [
      flag('database', { char: 'd' }),
      flag('format', { options: ['table', 'csv'] }),
      flag('pretty', { isOption: false }),
      flag('port', { isHidden: true }),
    ],
  },
  { id: 'backup', flags: [flag('repo')] },
  { id: 'backup list', flags: [flag('repo')] },
  { id: 'backup verify', flags: [] },
  { id: 'backup show', flags: [flag('set')] },
  { id: 'help config', flags: [] },
  { id: 'db drop', flags: [] },
  { id: 'db list', flags: [] },
]

function plan(line: string) {
  return planCompletion(splitCommandLine(line).slice(1), COMMANDS)
}

test.each([
  ['hyperbyte ', ['backup', 'db', 'help', 'query'], null],
  ['hyperbyte db ', ['drop', 'list'], null],
  ['hyperbyte backup ', ['list', 'show', 'verify'], null],
  ['hyperbyte query --', ['--database', '--format', '--pretty'], null],
  ['hyperbyte query --format ', ['table', 'csv'], null],
  ['hyperbyte query -d ', [], 'databases'],
  ['hyperbyte query --pretty ', [], null],
  ['hyperbyte query --database=te', [], 'databases'],
  ['hyperbyte db drop ', [], 'databases'],
  ['hyperbyte nonsense ', [], null],
  ['hyperbyte backup show --set ', [], 'sets'],
  ['hyperbyte help ', ['backup', 'config', 'db', 'help', 'query'], null],
  ['hyperbyte help backup ', ['list', 'show', 'verify'], null],
])('%j', (line, words, names) => {
  expect(plan(line)).toMatchObject({ words, names })
})

test('a value behind an equals sign keeps its flag', () => {
  expect(plan('hyperbyte query --format=c')).toMatchObject({ prefix: '--format=', typed: 'c', words: ['table', 'csv'] })
})

test('flags typed before tell which server is asked', () => {
  expect(plan('hyperbyte query -d "my db" --format ').given).toEqual(new Map([['database', 'my db']]))
})

test.each([
  ['a  b ', ['a', 'b', '']],
  ['a "b c', ['a', 'b c']],
  [`a 'b"c' d\\ e`, ['a', 'b"c', 'd e']],
  ['', ['']],
])('%j is split into %j', (line, words) => {
  expect(splitCommandLine(line)).toEqual(words)
})
