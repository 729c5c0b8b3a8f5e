/**
 * What a backfill does with rows between two servers, in one process: an answer of influxd read as MessagePack columns and
 * as JSON documents, and rows spelled as line protocol and as columnar MessagePack. One iteration is 100,000 values.
 */

import { encode } from '@msgpack/msgpack'
import { bench, describe } from 'vitest'
import { columnsOfSeries } from '../../src/client/columns-of-series.js'
import { encodeColumnarMsgpack } from '../../src/client/encode-columnar-msgpack.js'
import { encodeLines } from '../../src/client/encode-line-protocol.js'
import { MsgpackColumnReader } from '../../src/client/msgpack-column-reader.js'
import { parseExactJson } from '../../src/client/parse-exact-json.js'
import type { QueryAnswer } from '../../src/client/query-answer.js'
import type { PointColumns } from '../../src/engine/index.js'

const ROWS = 10_000
const FIELDS = 10
const PIECE_BYTES = 65_536

const columns = ['time', ...Array.from({ length: FIELDS }, (_, i) => `usage_${i}`)]
const rows = Array.from({ length: ROWS }, (_, row) => [
  1_700_000_000_000_000_000n + BigInt(row) * 10_000_000_000n,
  ...Array.from({ length: FIELDS }, (_, i) => ((row * 7919 + i * 104_729) % 100_000) / 1000 + 0.0001),
])
const series = { name: 'cpu', tags: { host: 'host_1' }, columns }
const msgpack = encode({ results: [{ statement_id: 0, series: [{ ...series, values: rows }] }] }, { useBigInt64: true })
const json = JSON.stringify({ results: [{ statement_id: 0, series: [{ ...series, values: rows }] }] }, (_, value) =>
  typeof value === 'bigint' ? `@${value}@` : value,
).replace(/"@(\d+)@"/g, '$1')

function readMsgpack(): PointColumns[] {
  const reader = new MsgpackColumnReader(new Map())
  const parts: PointColumns[] = []
  for (let at = 0; at < msgpack.length; at += PIECE_BYTES)
    parts.push(...reader.push(msgpack.subarray(at, at + PIECE_BYTES)))
  parts.push(...reader.finish())
  return parts
}

describe('reading an answer', () => {
  bench('MessagePack, bytes to columns', () => {
    readMsgpack()
  })
  bench('JSON, text to objects to columns', () => {
    const { results = [] } = parseExactJson(json) as QueryAnswer
    for (const { series: list = [] } of results) for (const one of list) columnsOfSeries(one, new Map())
  })
})

describe('writing rows', () => {
  const parts = readMsgpack()
  bench('columnar MessagePack', () => {
    encodeColumnarMsgpack(parts)
  })
  bench('line protocol', () => {
    for (const part of parts) Buffer.from(encodeLines(part).lines.join('\n'))
  })
})
