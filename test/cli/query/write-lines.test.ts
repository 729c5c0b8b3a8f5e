import { expect, test } from 'vitest'
import { RowLimit } from '../../../src/cli/query/row-limit.js'
import { writeLines } from '../../../src/cli/query/write-lines.js'
import type { QueryAnswer } from '../../../src/client/query-answer.js'
import type { ReadCall, Target } from '../../../src/client/target.js'
import type { FieldType, PointColumns } from '../../../src/engine/index.js'
import { MIXED } from '../../client/point-columns.js'

const CALL = {
  text: 'SELECT * FROM "m, x" GROUP BY *',
  database: 'd',
  retentionPolicy: '',
  epoch: '',
  paramsJson: '',
  isPretty: false,
}

const TYPES: readonly (readonly [string, FieldType])[] = [
  ['f', 'float'],
  ['i', 'integer'],
  ['u', 'unsigned'],
  ['b', 'boolean'],
  ['s t', 'string'],
]

let calls: ReadCall[] = []

/** Answers SHOW FIELD KEYS with these types, and any SELECT with these rows, as often as they are read. */
function targetOf(types: typeof TYPES, rows: readonly PointColumns[]): Target {
  calls = []
  return {
    async *query(): AsyncGenerator<QueryAnswer> {
      const series = [{ name: 'm, x', columns: ['fieldKey', 'fieldType'], values: types }]
      yield { results: [{ statement_id: 0, series }] }
    },
    async *readColumns(call: ReadCall): AsyncGenerator<PointColumns> {
      calls.push(call)
      for (const points of rows) {
        if (call.signal.aborted) throw new Error('it was ended')
        yield points
      }
    },
  } as unknown as Target
}

async function write(target: Target, limit = RowLimit.none(), call = CALL) {
  let text = ''
  const sink = {
    write: async (piece: string | Uint8Array) => {
      text += piece
      return true
    },
    finish: async () => {},
    abandon: async () => {},
  }
  const lostCount = await writeLines(target, call, { sink, limit })
  return { text, lostCount }
}

test('every type is written as it is stored, integers with all of their digits', async () => {
  const { text, lostCount } = await write(targetOf(TYPES, [MIXED]))
  expect(text).toBe(
    'm\\,\\ x,host=a\\ b,ünit=x\\=y\\,z f=-0,i=-9223372036854775808i,u=18446744073709551615u,b=true,s\\ t="say \\"hi\\"\\\\" -5\n' +
      'm\\,\\ x,host=a\\ b,ünit=x\\=y\\,z f=1e+300,u=7u,b=false 1700000000123456789\n' +
      'm\\,\\ x f=0.1,i=9223372036854775807i,b=true,s\\ t="zwei\nZeilen" 9223372036854775806\n',
  )
  expect(lostCount).toBe(0)
  expect(calls[0].types.get('u')).toEqual(['unsigned'])
})

test('an answer without rows is an empty text', async () => {
  expect(await write(targetOf([], []))).toEqual({ text: '', lostCount: 0 })
})

test('a column that is no field may be a tag, and is not written as a field', async () => {
  const target = targetOf(TYPES.slice(1), [MIXED])
  await expect(write(target)).rejects.toMatchObject({
    exit: 'usage',
    message: expect.stringContaining('"f" is no field'),
  })
})

test('a name that is no field is told before the first line', async () => {
  const call = { ...CALL, text: 'SELECT f, host FROM "m, x" GROUP BY *' }
  await expect(write(targetOf(TYPES, [MIXED]), RowLimit.none(), call)).rejects.toMatchObject({
    message: expect.stringContaining('"host" is no field'),
  })
  expect(calls).toEqual([])
})

test('a field of two types has the type of neither', async () => {
  const target = targetOf([...TYPES, ['i', 'float']], [MIXED])
  await expect(write(target)).rejects.toMatchObject({
    exit: 'conflict',
    message: expect.stringContaining('"i" is integer in some places and float in others'),
  })
})

test('an answer in another type than the field has is no point', async () => {
  const types = TYPES.map(([name, type]) => [name, name === 'f' ? ('integer' as const) : type] as const)
  await expect(write(targetOf(types, [MIXED]))).rejects.toMatchObject({ exit: 'conflict' })
})

test('with a limit no series gives more than is needed, and the query is ended', async () => {
  const limit = new RowLimit(2)
  const { text } = await write(targetOf(TYPES, [MIXED, MIXED]), limit)
  expect(text.trimEnd().split('\n')).toHaveLength(2)
  expect(limit.isPassed).toBe(true)
  expect(calls[0].text).toContain('LIMIT 3')
  expect(calls[0].signal.aborted).toBe(true)
})

test('a name without a spelling is left out and counted', async () => {
  const points = { ...MIXED, fields: MIXED.fields.map((field) => ({ ...field, name: `${field.name}\\` })) }
  const types = TYPES.map(([name, type]) => [`${name}\\`, type] as const)
  expect(await write(targetOf(types, [points]))).toEqual({ text: '', lostCount: 3 })
})
