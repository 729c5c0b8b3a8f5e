/**
 * The same results from a real influxd and from our encoders, byte by byte. A query goes to influxd once in plain JSON,
 * which gives the frames; then its answer in every other format and shape is compared with what our encoders make of
 * these frames.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AnswerFormat } from '../../../../src/daemon/http/answer-format.js'
import { type AnswerShape, encoderOf } from '../../../../src/daemon/http/encode/encoder-of.js'
import type { Column, QueryEvent } from '../../../../src/engine/index.js'
import type { ServerProcess } from '../../../conformance/harness/server-process.js'
import { isInfluxdInstalled, startInfluxd } from '../../../conformance/influxd.js'
import { columnOf, frameOf } from '../fake-engine.js'

const LINES = [
  'm,h=a,r=x\\ y\\,z f=1.5,i=9223372036854775807i,s="x<y>&\\"z\\" é",b=true 1000000000',
  'm,h=a,r=x\\ y\\,z f=1e21,s="two\nlines, and a comma" 1500000000',
  'm,h=b f=1e-7,i=-1i,b=false 2000000001',
  'm,h=b f=-0.0,i=0i,s="" 3000000000',
  'm f=123456789.123456789,i=128i,s=" leading" -9000000000000000000',
  'm f=1.7976931348623157e308,i=-129i,s="\\\\." 9000000000000000000',
  'm f=5e-324,i=32768i 4000000000',
  'm f=0.1,i=-32769i 4000000001',
  'm f=100,i=2147483648i 4000000002',
  'm f=1e6,i=-2147483649i 4000000003',
  ...Array.from(
    { length: 40 },
    (_, i) => `many,k=${i % 4} f=${Math.sin(i) * 10 ** ((i % 12) - 4)},i=${i * 37}i ${i}000`,
  ),
]

const QUERIES = [
  'SELECT * FROM m',
  'SELECT * FROM many',
  'SELECT f, i FROM many GROUP BY k',
  'SELECT f FROM m GROUP BY *',
  'SELECT f FROM m GROUP BY h, r',
  'SELECT f, s FROM m; SELECT f FROM nope; SELECT i FROM many LIMIT 3',
  'SELECT b, f FROM m, many GROUP BY h, k',
  'SELECT f FROM nope',
  'SHOW DATABASES',
  'SHOW TAG KEYS',
  'SHOW FIELD KEYS',
  'SHOW TAG VALUES WITH KEY = k',
  'SHOW RETENTION POLICIES',
  'SHOW CONTINUOUS QUERIES',
  'SELECT f FROM m; SELECT f FROM x..y',
  'SELECT f FROM m; SELECT f FROM x..y; SELECT f FROM m',
]

const DELIVERY: readonly [RegExp, 'whole' | 'apart'][] = [
  [/^SHOW (DATABASES|RETENTION|CONTINUOUS|SHARDS)/, 'whole'],
  [/^SHOW TAG/, 'apart'],
]

const SHAPES: readonly Partial<AnswerShape>[] = [
  {},
  { epoch: 'ms' },
  { isPretty: true },
  { isChunked: true },
  { isChunked: true, chunkSize: 1 },
  { isChunked: true, chunkSize: 3, epoch: 'ns' },
  { isChunked: true, chunkSize: 7, isPretty: true },
]

const FORMATS: readonly AnswerFormat[] = ['application/json', 'text/csv', 'application/x-msgpack']

const PLAIN: AnswerShape = { epoch: '', isPretty: false, isChunked: false, chunkSize: 10_000 }

let influxd: ServerProcess

describe.skipIf(!isInfluxdInstalled)('encoders', () => {
  beforeAll(async () => {
    influxd = await startInfluxd()
    await fetch(`${influxd.url}/query?q=CREATE+DATABASE+d`, { method: 'POST' })
    const written = await fetch(`${influxd.url}/write?db=d`, { method: 'POST', body: LINES.join('\n') })
    expect(written.status).toBe(204)
  })
  afterAll(() => influxd?.stop())

  for (const query of QUERIES) {
    for (const format of FORMATS) {
      if (isUnstable(query, format)) continue
      test(`${query} as ${format}`, async () => {
        const events = await eventsFor(query)
        for (const shape of SHAPES) {
          const full = { ...PLAIN, ...shape }
          const theirs = await ask(query, full, format)
          const ours = encode(events, full, format)
          if (!ours.equals(theirs)) expect(ours.toString('latin1')).toBe(theirs.toString('latin1'))
        }
      })
    }
  }
})

/** influxd writes MessagePack tags in random order, and a column's name where CSV should have a Go int. */
function isUnstable(query: string, format: AnswerFormat): boolean {
  if (format === 'text/csv') return query === 'SHOW RETENTION POLICIES'
  return format === 'application/x-msgpack' && /GROUP BY (\*|.*,)/.test(query)
}

async function ask(query: string, shape: AnswerShape, format: string): Promise<Buffer> {
  const parameters = new URLSearchParams({ db: 'd', q: query })
  if (shape.epoch !== '') parameters.set('epoch', shape.epoch)
  if (shape.isPretty) parameters.set('pretty', 'true')
  if (shape.isChunked) {
    parameters.set('chunked', 'true')
    parameters.set('chunk_size', String(shape.chunkSize))
  }
  const headers = { Accept: format, 'Accept-Encoding': 'identity' }
  const answer = await fetch(`${influxd.url}/query?${parameters}`, { headers })
  return Buffer.from(await answer.arrayBuffer())
}

function encode(events: readonly QueryEvent[], shape: AnswerShape, format: AnswerFormat): Buffer {
  const encoder = encoderOf(format, shape)
  const pieces: Buffer[] = []
  for (const event of events) pieces.push(...encoder.encode(event))
  pieces.push(...encoder.end())
  return Buffer.concat(pieces)
}

interface PlainSeries {
  readonly name?: string
  readonly tags?: Record<string, string>
  readonly columns: readonly string[]
  readonly values?: readonly (readonly unknown[])[]
}

interface PlainResult {
  readonly statement_id: number
  readonly series?: readonly PlainSeries[]
  readonly error?: string
}

/** Chunked, so that both errors of a failing statement show; numbers are kept as text, so that all digits survive. */
async function eventsFor(query: string): Promise<QueryEvent[]> {
  const bytes = await ask(query, { ...PLAIN, epoch: 'ns', isChunked: true, chunkSize: 1_000_000 }, 'application/json')
  const events: QueryEvent[] = []
  const lines = bytes.toString().trim().split('\n')
  const results = lines.flatMap((line): PlainResult[] => JSON.parse(quoteNumbers(line)).results)
  const delivery = DELIVERY.find(([pattern]) => pattern.test(query))?.[1]
  results.forEach((result, index) => {
    const statementId = Number(result.statement_id)
    for (const series of result.series ?? []) {
      const tags = series.tags === undefined ? null : Object.entries(series.tags)
      const columns = Object.fromEntries(series.columns.map((name, c) => [name, columnFor(name, series, c)]))
      const rowCount = series.values?.length ?? 0
      const rest = delivery === undefined ? { tags, rowCount } : { tags, rowCount, delivery }
      events.push({ kind: 'frame', statementId, frame: frameOf(series.name ?? '', columns, rest) })
    }
    const isLastOfStatement = Number(results[index + 1]?.statement_id ?? -1) !== statementId
    if (isLastOfStatement || result.error !== undefined) {
      events.push({ kind: 'statement-end', statementId, messages: [], error: result.error ?? null })
    }
  })
  return events
}

function quoteNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[-+.eE\d]*/g, (token) => (token.startsWith('"') ? token : `"${token}"`))
}

const TYPES: Record<string, Column['type']> = {
  time: 'time',
  f: 'float',
  i: 'integer',
  b: 'boolean',
  replicaN: 'integer',
  default: 'boolean',
}

function columnFor(name: string, series: PlainSeries, c: number): Column {
  const values = (series.values ?? []).map((row) => row[c])
  return columnOf(TYPES[name] ?? 'string', values)
}
