/**
 * Encoding a query answer: 10,000 rows of a time, ten tags and nine fields as JSON, by our byte writer and by building
 * objects for JSON.stringify. One iteration is 200,000 values.
 */

import { bench, describe } from 'vitest'
import { JsonEncoder } from '../../src/daemon/http/encode/json-encoder.js'
import type { Column, QueryEvent, ResultColumn } from '../../src/engine/index.js'

const ROWS = 10_000

function column(name: string, of: Column): ResultColumn {
  return { name, column: of }
}

function events(floatOf: (row: number, c: number) => number): QueryEvent[] {
  const columns: ResultColumn[] = [
    column('time', {
      type: 'time',
      values: BigInt64Array.from(
        { length: ROWS },
        (_, row) => 1_700_000_000_000_000_000n + BigInt(row) * 10_000_000_000n,
      ),
      validity: null,
    }),
  ]
  for (let c = 0; c < 10; c++) {
    const values = Array.from({ length: ROWS }, (_, row) => `host_${(row * 7 + c) % 100}`)
    columns.push(column(`tag${c}`, { type: 'string', values, validity: null }))
  }
  for (let c = 0; c < 6; c++) {
    const values = Float64Array.from({ length: ROWS }, (_, row) => floatOf(row, c))
    columns.push(column(`float${c}`, { type: 'float', values, validity: null }))
  }
  for (let c = 0; c < 3; c++) {
    const values = BigInt64Array.from({ length: ROWS }, (_, row) => BigInt(row * 1_000_003 + c))
    columns.push(column(`integer${c}`, { type: 'integer', values, validity: null }))
  }
  const frame = { name: 'cpu', tags: null, columns, rowCount: ROWS, isPartial: false }
  return [
    { kind: 'frame', statementId: 0, frame },
    { kind: 'statement-end', statementId: 0, messages: [], error: null },
  ]
}

function encode(all: QueryEvent[]): number {
  const encoder = new JsonEncoder(null)
  let byteCount = 0
  for (const event of all) for (const piece of encoder.encode(event)) byteCount += piece.length
  for (const piece of encoder.end()) byteCount += piece.length
  return byteCount
}

function stringify(all: QueryEvent[]): number {
  const series = all.flatMap((event) => {
    if (event.kind !== 'frame') return []
    const { columns, name, rowCount } = event.frame
    const values = Array.from({ length: rowCount }, (_, row) =>
      columns.map(({ column: { type, values: of } }) => {
        const value = of[row]
        return type === 'time'
          ? new Date(Number(value) / 1e6).toISOString()
          : typeof value === 'bigint'
            ? Number(value)
            : value
      }),
    )
    return [{ name, columns: columns.map((each) => each.name), values }]
  })
  return Buffer.from(JSON.stringify({ results: [{ statement_id: 0, series }] })).length
}

const short = events((row, c) => ((row * 37 + c * 11) % 10000) / 100)
const long = events((row, c) => Math.sin(row + c) * 100)

describe('200,000 values, floats with two decimals', () => {
  bench('bytes', () => void encode(short))
  bench('JSON.stringify', () => void stringify(short))
})

describe('200,000 values, floats with 16 digits', () => {
  bench('bytes', () => void encode(long))
  bench('JSON.stringify', () => void stringify(long))
})
