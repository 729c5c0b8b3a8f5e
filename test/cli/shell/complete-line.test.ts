import { describe, expect, test } from 'vitest'
import { completeLine } from '../../../src/cli/shell/complete-line.js'
import type { NameSource } from '../../../src/cli/shell/completion-request.js'

const NAMES: Record<NameSource['kind'], readonly string[]> = {
  databases: ['telegraf', 'my db', '_internal'],
  'retention-policies': ['autogen', 'one_week'],
  measurements: ['cpu', 'cpu load', 'mem', 'cpu\u001b[2J'],
  fields: ['usage_idle', 'usage_user'],
  tags: ['host', 'region'],
  'tag-values': ['server01', "o'neil"],
}

const asked: NameSource[] = []

async function complete(before: string, after = '') {
  asked.length = 0
  return await completeLine(before, after, async (source) => {
    asked.push(source)
    return NAMES[source.kind]
  })
}

test.each([
  ['us', ['use']],
  ['SH', ['SHOW']],
  ['sh', ['show']],
  ['use t', ['telegraf']],
  ['use ', ['"my db"', '_internal', 'telegraf']],
  ['use telegraf.', ['autogen', 'one_week']],
  ['format v', ['vertical']],
  ['SHOW TAG K', []],
  ['SHOW MEAS', ['MEASUREMENT CARDINALITY', 'MEASUREMENTS']],
  ['SELECT * FROM cp', ['"cpu load"', 'cpu']],
  ['SELECT * FROM "cp', ['"cpu load"', '"cpu"']],
  ['SELECT mea', ['mean(']],
  ['SELECT mean(usage', ['usage_idle', 'usage_user']],
  ['SELECT usage_idle, usage_u', ['usage_user']],
  ['SELECT * FROM cpu WHERE ho', ['host']],
  ["SELECT * FROM cpu WHERE host = 's", ["'server01'"]],
  ["SELECT * FROM cpu WHERE host = 'o", ["'o\\'neil'"]],
  ['SELECT * FROM cpu GROUP BY ', ['host', 'region', 'time(']],
  ['SELECT * FROM cpu GROUP BY time(1m), r', ['region']],
  ['SELECT * FROM cpu li', ['limit']],
  ['SHOW DATABASES; SEL', ['SELECT']],
  ['DROP DATABASE t', ['telegraf']],
  ['SHOW FIELD KEYS ON t', ['telegraf']],
])('%j', async (before, expected) => {
  expect((await complete(before)).candidates).toEqual(expected)
})

describe('names are asked for', () => {
  test('of the measurement behind FROM, also when it stands behind the cursor', async () => {
    await complete('SELECT us', ' FROM "cpu load" WHERE time > 0')
    expect(asked).toContainEqual({ kind: 'fields', measurement: 'cpu load' })
  })

  test('of the tag before the equals sign', async () => {
    await complete(`SELECT * FROM cpu WHERE "host" = '`)
    expect(asked).toEqual([{ kind: 'tag-values', measurement: 'cpu', tag: 'host' }])
  })
})

test('what is replaced is the word at the cursor with its quote', async () => {
  expect((await complete('SELECT * FROM "cpu l')).replaced).toBe('"cpu l')
  expect((await complete('use te')).replaced).toBe('te')
})
