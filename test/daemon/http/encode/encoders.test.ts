/** Answers in every format and shape. The expected bytes are those of a real influxd for the same results. */

import { decodeMulti } from '@msgpack/msgpack'
import { describe, expect, test } from 'vitest'
import type { AnswerFormat } from '../../../../src/daemon/http/answer-format.js'
import { type AnswerShape, encoderOf } from '../../../../src/daemon/http/encode/encoder-of.js'
import { limitRows } from '../../../../src/daemon/http/limit-rows.js'
import type { QueryEvent } from '../../../../src/engine/index.js'
import { columnOf, endOf, eventsOf, frameEvent, frameOf } from '../fake-engine.js'

const PLAIN: AnswerShape = { epoch: '', isPretty: false, isChunked: false, chunkSize: 10_000 }

function encode(
  events: readonly QueryEvent[],
  shape: Partial<AnswerShape> = {},
  format: AnswerFormat = 'application/json',
): Buffer {
  const encoder = encoderOf(format, { ...PLAIN, ...shape })
  const pieces: Buffer[] = []
  for (const event of events) {
    if (encoder.isFinished) break
    pieces.push(...encoder.encode(event))
  }
  pieces.push(...encoder.end())
  return Buffer.concat(pieces)
}

function series(first: number, count: number, rest = {}) {
  const rows = Array.from({ length: count }, (_, i) => first + i)
  return frameOf('m', { time: columnOf('time', rows), f: columnOf('float', rows) }, rest)
}

const NAMED = '"name":"m","columns":["time","f"]'

test('frames that continue a series become one series, whatever their sizes', () => {
  const events = [
    frameEvent(0, series(1, 2, { isPartial: true })),
    frameEvent(0, series(3, 0, { isPartial: true })),
    frameEvent(0, series(3, 1)),
    endOf(0),
  ]
  expect(encode(events, { epoch: 'ns' }).toString()).toBe(
    `{"results":[{"statement_id":0,"series":[{${NAMED},"values":[[1,1],[2,2],[3,3]]}]}]}\n`,
  )
  expect(encode(events, { epoch: 'ns', isChunked: true, chunkSize: 2 }).toString()).toBe(
    `{"results":[{"statement_id":0,"series":[{${NAMED},"values":[[1,1],[2,2]],"partial":true}],"partial":true}]}\n` +
      `{"results":[{"statement_id":0,"series":[{${NAMED},"values":[[3,3]]}]}]}\n`,
  )
})

test('a series without rows has no values, and a statement without series is only its number', () => {
  const events = [frameEvent(0, series(0, 0)), endOf(0), endOf(1)]
  expect(encode(events).toString()).toBe(`{"results":[{"statement_id":0,"series":[{${NAMED}}]},{"statement_id":1}]}\n`)
})

test('no statement at all is an empty object, as influxd answers to a lone semicolon', () => {
  expect(encode([]).toString()).toBe('{}\n')
})

test('an error replaces the series of its statement, and `not executed` replaces the error', () => {
  const events = [frameEvent(0, series(1, 1)), endOf(0, 'boom'), endOf(0, 'not executed')]
  expect(encode(events).toString()).toBe('{"results":[{"statement_id":0,"error":"not executed"}]}\n')
  expect(encode(events, { isChunked: true }).toString()).toBe(
    '{"results":[{"statement_id":0,"error":"boom"}]}\n{"results":[{"statement_id":0,"error":"not executed"}]}\n',
  )
})

test('an error after the first bytes have left follows the series', () => {
  const events = [frameEvent(0, series(0, 20_000)), endOf(0, 'boom'), endOf(1)]
  const answer = JSON.parse(encode(events).toString())
  expect(answer.results[0].series[0].values).toHaveLength(20_000)
  expect(answer.results[0].error).toBe('boom')
  expect(answer.results[1]).toEqual({ statement_id: 1 })
})

describe('an infinity', () => {
  const bad = frameOf('e', { f: columnOf('float', [1, Number.POSITIVE_INFINITY]) })
  const text =
    'json: error calling MarshalJSON for type httpd.Response: ' +
    'json: error calling MarshalJSON for type *query.Result: json: unsupported value: +Inf\n'

  test('makes the whole body plain text', () => {
    expect(encode([frameEvent(0, bad), endOf(0), endOf(1)]).toString()).toBe(text)
    expect(encode([frameEvent(0, bad), endOf(0), endOf(1)], { isPretty: true }).toString()).toBe(text)
  })

  test('costs only its chunk', () => {
    const lines = encode([frameEvent(0, bad), endOf(0), endOf(1)], { isChunked: true }).toString()
    expect(lines).toBe(`${text}{"results":[{"statement_id":1}]}\n`)
  })

  test('closes a document whose first bytes have left', () => {
    const answer = JSON.parse(encode([frameEvent(0, series(0, 20_000)), frameEvent(0, bad), endOf(0)]).toString())
    expect(answer.results[0].series).toHaveLength(2)
    expect(answer.results[0].error).toBe('json: unsupported value: +Inf')
  })

  test('prints in CSV', () => {
    expect(encode([frameEvent(0, bad), endOf(0)], {}, 'text/csv').toString()).toBe('name,tags,f\ne,,1\ne,,+Inf\n')
  })
})

test('pretty is four spaces, and brackets in strings are left alone', () => {
  const frame = frameOf('a{[,:"', { s: columnOf('string', ['\\"{}']) })
  expect(encode([frameEvent(0, frame), endOf(0)], { isPretty: true }).toString()).toBe(
    `${JSON.stringify(
      { results: [{ statement_id: 0, series: [{ name: 'a{[,:"', columns: ['s'], values: [['\\"{}']] }] }] },
      null,
      4,
    )}\n`,
  )
})

test('lists of metadata stay one chunk each, and lists per measurement one chunk a series', () => {
  const row = (name: string, delivery: 'whole' | 'apart') =>
    frameEvent(0, frameOf(name, { key: columnOf('string', ['k']) }, { delivery }))
  const item = (name: string) => `{"name":"${name}","columns":["key"],"values":[["k"]]}`
  const shape = { isChunked: true, chunkSize: 1 }
  expect(encode([row('a', 'whole'), row('b', 'whole'), endOf(0)], shape).toString()).toBe(
    `{"results":[{"statement_id":0,"series":[${item('a')},${item('b')}]}]}\n`,
  )
  expect(encode([row('a', 'apart'), row('b', 'apart'), endOf(0)], shape).toString()).toBe(
    `{"results":[{"statement_id":0,"series":[${item('a')}]}]}\n{"results":[{"statement_id":0,"series":[${item('b')}]}]}\n`,
  )
})

test('times print in the zone of the query', () => {
  const frame = frameOf('m', { time: columnOf('time', [1_000_000_000]) }, { timeZone: 'Asia/Kolkata' })
  expect(encode([frameEvent(0, frame), endOf(0)]).toString()).toContain('"1970-01-01T05:30:01+05:30"')
})

test('CSV repeats its header for other columns and other statements, and quotes as Go does', () => {
  const tags = [
    ['h', 'a b'],
    ['r', ''],
  ] as const
  const events = [
    frameEvent(0, frameOf('m', { time: columnOf('time', [1]), s: columnOf('string', ['a,"b"']) }, { tags })),
    frameEvent(0, frameOf('m', { time: columnOf('time', [2]), f: columnOf('float', [1e-7]) })),
    endOf(0),
    endOf(1, 'boom'),
    frameEvent(2, frameOf('n', { b: columnOf('boolean', [true, null]), i: columnOf('integer', [null, -5]) })),
    endOf(2),
  ]
  expect(encode(events, {}, 'text/csv').toString()).toBe(
    'name,tags,time,s\nm,h=a\\ b,1,"a,""b"""\n\nname,tags,time,f\nm,,2,0.0000001\n\nname,tags,b,i\nn,,true,\nn,,,-5\n',
  )
})

test('MessagePack has the same maps as JSON', () => {
  const events = [
    frameEvent(0, series(1, 3, { tags: [['h', 'a']] })),
    frameEvent(0, series(1, 1)),
    endOf(0),
    endOf(1, 'boom'),
  ]
  const [answer] = [...decodeMulti(encode(events, { epoch: 'ns' }, 'application/x-msgpack'))]
  expect(answer).toEqual({
    results: [
      {
        statement_id: 0,
        series: [
          {
            name: 'm',
            tags: { h: 'a' },
            columns: ['time', 'f'],
            values: [
              [1, 1],
              [2, 2],
              [3, 3],
            ],
          },
          { name: 'm', columns: ['time', 'f'], values: [[1, 1]] },
        ],
      },
      { error: 'boom' },
    ],
  })
  const chunks = [
    ...decodeMulti(encode(events, { epoch: 'ns', isChunked: true, chunkSize: 2 }, 'application/x-msgpack')),
  ]
  expect(chunks).toHaveLength(4)
  expect(chunks[0]).toMatchObject({
    results: [
      {
        partial: true,
        series: [
          {
            partial: true,
            values: [
              [1, 1],
              [2, 2],
            ],
          },
        ],
      },
    ],
  })
})

test('a MessagePack time is extension 5: seconds, then nanoseconds', () => {
  const frame = frameOf('m', { time: columnOf('time', [-1n]) })
  const hex = encode([frameEvent(0, frame), endOf(0)], {}, 'application/x-msgpack').toString('hex')
  expect(hex.endsWith('91c70c05ffffffffffffffff3b9ac9ff')).toBe(true)
})

describe('max-row-limit', () => {
  async function limited(events: readonly QueryEvent[], rowCountMax: number): Promise<string> {
    const kept: QueryEvent[] = []
    for await (const event of limitRows(eventsOf(events), rowCountMax)) kept.push(event)
    return encode(kept, { epoch: 'ns' }).toString()
  }

  test('cuts a series, which says so, and leaves out what follows', async () => {
    expect(await limited([frameEvent(0, series(1, 3)), endOf(0), frameEvent(1, series(1, 3)), endOf(1)], 2)).toBe(
      `{"results":[{"statement_id":0,"series":[{${NAMED},"values":[[1,1],[2,2]],"partial":true}]}]}\n`,
    )
  })

  test('counts over series and statements', async () => {
    const events = [frameEvent(0, series(1, 2)), endOf(0), frameEvent(1, series(1, 2)), endOf(1)]
    expect(await limited(events, 3)).toContain('"values":[[1,1]],"partial":true}]}]}')
    expect(await limited(events, 5)).toBe(encode(events, { epoch: 'ns' }).toString())
  })
})
