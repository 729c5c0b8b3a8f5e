import { expect, test } from 'vitest'
import { encodeColumnarMsgpack } from '../../src/client/encode-columnar-msgpack.js'
import { encodeLines } from '../../src/client/encode-line-protocol.js'
import type { PointColumns } from '../../src/engine/index.js'
import { openTestEngine, TEST_NOW_NS } from '../engine/open-test-engine.js'
import { MIXED } from './point-columns.js'

test('lines spell every type so that it reads back as the same', () => {
  expect(encodeLines(MIXED)).toEqual({
    lines: [
      'm\\,\\ x,host=a\\ b,ünit=x\\=y\\,z f=-0,i=-9223372036854775808i,u=18446744073709551615u,b=true,s\\ t="say \\"hi\\"\\\\" -5',
      'm\\,\\ x,host=a\\ b,ünit=x\\=y\\,z f=1e+300,u=7u,b=false 1700000000123456789',
      'm\\,\\ x f=0.1,i=9223372036854775807i,b=true,s\\ t="zwei\nZeilen" 9223372036854775806',
    ],
    unspelledCount: 0,
  })
})

test('what line protocol cannot spell is left out and counted', () => {
  const series = [[['host', 'C:\\']], []] as const
  const { lines, unspelledCount } = encodeLines({ ...MIXED, series })
  expect(lines).toHaveLength(1)
  expect(unspelledCount).toBe(2)
  expect(encodeLines({ ...MIXED, measurement: '#m' })).toEqual({ lines: [], unspelledCount: 3 })
})

test('lines and columns are stored as the same points', async () => {
  const bodies = [
    ['line-protocol', Buffer.from(encodeLines(MIXED).lines.join('\n'))],
    ['columnar-msgpack', encodeColumnarMsgpack([MIXED])],
  ] as const
  const answers: string[][] = []
  for (const [format, body] of bodies) {
    const db = await openTestEngine()
    const request = { database: 'db', retentionPolicy: '', precision: 'ns', nowNs: TEST_NOW_NS } as const
    expect(await db.engine.write({ ...request, format, body })).toMatchObject({ writtenCount: 3, message: null })
    answers.push(await db.ask('SELECT * FROM "m, x"'))
    await db.remove()
  }
  expect(answers[0]).toHaveLength(3)
  expect(answers[1]).toEqual(answers[0])
})

test('a block is made for each run of rows of a series', () => {
  const rows: PointColumns = { ...MIXED, seriesOfRow: Uint32Array.of(0, 1, 0) }
  expect(encodeColumnarMsgpack([rows])[0]).toBe(0x93)
  expect(encodeColumnarMsgpack([MIXED])[0]).toBe(0x92)
})
