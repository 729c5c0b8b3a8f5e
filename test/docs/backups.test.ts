/** The lines that operators copy into a crontab or a unit do what they say there. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Command, Parser } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { argumentsOf } from '../support/split-shell-words.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TIME_FIELD = /^(\*|\d+)$/

function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(`${ROOT}/${page}`, 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block.trimEnd())
}

async function expectRuns(line: string): Promise<void> {
  const [topic, name, ...rest] = argumentsOf(line)
  expect(topic).toBe('backup')
  const isNamed = ['list', 'show', 'verify', 'prune', 'pin', 'copy'].includes(name)
  const file = isNamed ? name : 'create'
  const { default: command } = (await import(`${ROOT}/src/commands/backup/${file}.ts`)) as { default: Command.Class }
  const { nonExistentFlags } = await Parser.parse(isNamed ? rest : [name, ...rest], {
    flags: { ...command.baseFlags, ...command.flags },
    strict: true,
  } as Parameters<typeof Parser.parse>[1])
  expect(nonExistentFlags ?? []).toEqual([])
}

const CRON_LINES = ['README.md', 'docs/backups.md']
  .flatMap((page) => blocksOf(page, 'cron'))
  .flatMap((block) => block.split('\n'))
  .filter((line) => !/^[A-Z]+=/.test(line))

describe.each(CRON_LINES)('the crontab line %s', (line) => {
  test('has five fields of time, no % that cron takes for the end of the command, and flags that exist', async () => {
    const [, fields, call] = /^((?:\S+ +){5})(.*)$/.exec(line) ?? []
    expect(
      fields
        .trim()
        .split(/ +/)
        .every((field) => TIME_FIELD.test(field)),
    ).toBe(true)
    expect(call).not.toMatch(/(?<!\\)%/)
    await expectRuns(call)
  })
})

test('there are lines to copy', () => {
  expect(CRON_LINES.length).toBeGreaterThanOrEqual(5)
})

test('the unit of systemd has no setting twice, a command with flags that exist, and only the % it means', async () => {
  const [service, timer] = blocksOf('docs/backups.md', 'ini')
  const settings = service.split('\n').filter((line) => /^\w+=/.test(line))
  const names = settings.map((line) => line.slice(0, line.indexOf('=')))
  expect(new Set(names).size).toBe(names.length)
  await expectRuns(/^ExecStart=\/usr\/local\/bin\/(.*)$/m.exec(service)?.[1] ?? '')
  expect([...service.matchAll(/%./g)].map(([specifier]) => specifier)).toEqual(['%d'])
  expect(timer).toMatch(/^OnCalendar=.*\n(.*\n)*Persistent=true$/m)
})
