import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ClientError } from '../../../src/client/client-error.js'
import type { QueryCall } from '../../../src/client/http-client.js'
import type { QueryAnswer } from '../../../src/client/query-answer.js'
import type { ReadCall, Target } from '../../../src/client/target.js'
import type { PointColumns } from '../../../src/engine/index.js'
import { DayHashes } from '../../../src/operations/diff/day-hashes.js'
import { selectFields } from '../../../src/operations/diff/select-fields.js'
import { type Gathering, SideReader } from '../../../src/operations/diff/side-reader.js'
import { RateLimiter } from '../../../src/operations/rate-limiter.js'

const SECOND = 1_000_000_000n
const ROW_COUNT = 1000
const RANGE = { startNs: 0n, endNs: BigInt(ROW_COUNT) * SECOND }
const TABLE = { database: 'db', policy: 'rp', measurement: 'm' }

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** One row each second; `fail` may throw after half of the rows of an answer have come. */
function targetOf(fail: (rowCount: number) => void, asked: number[] = []): Target {
  async function* readColumns({ text }: ReadCall): AsyncGenerator<PointColumns> {
    const [, from, to] = /time >= (-?\d+) AND time <= (-?\d+)/
      .exec(text)!
      .map((part) => BigInt(part.match(/^-?\d+$/) ? part : 0))
    const times: bigint[] = []
    for (let time = 0n; time < RANGE.endNs; time += SECOND) if (time >= from && time <= to) times.push(time)
    asked.push(times.length)
    yield columnsOf(times.slice(0, times.length / 2))
    fail(times.length)
    yield columnsOf(times.slice(times.length / 2))
  }
  return { kind: 'server', name: 'http://db1', readColumns } as unknown as Target
}

function columnsOf(times: readonly bigint[]): PointColumns {
  const timestamps = BigInt64Array.from(times)
  const values = Float64Array.from(times, Number)
  const fields = [{ name: 'v', type: 'float' as const, values, validity: null }]
  return { measurement: 'm', series: [[['h', 'a']]], seriesOfRow: null, rowCount: times.length, timestamps, fields }
}

async function read(side: Target, signal = new AbortController().signal, limiter: RateLimiter | null = null) {
  const warnings: string[] = []
  const reader = new SideReader(side, { limiter, signal, warn: (message) => warnings.push(message) })
  const total = new DayHashes()
  const begin = (): Gathering => {
    const hashes = new DayHashes()
    return { add: (columns) => hashes.add(columns), keep: () => total.merge(hashes) }
  }
  const selections = selectFields([new Map([['v', ['float']]])])
  const reading = reader.read({ table: TABLE, selections, ranges: [RANGE], onProgress: () => {} }, begin)
  const outcome = Promise.allSettled([reading])
  await vi.runAllTimersAsync()
  const [{ status, ...rest }] = await outcome
  return { status, reason: 'reason' in rest ? (rest.reason as Error) : null, facts: total.facts(), warnings }
}

const stopAbove = (rowCountMax: number) => (rowCount: number) => {
  if (rowCount > rowCountMax) throw new ClientError('rejected', 'query-timeout limit exceeded')
}

test('a query that the server stops comes again in halves, with the same hash in the end', async () => {
  const whole = await read(targetOf(() => {}))
  const asked: number[] = []
  const halved = await read(targetOf(stopAbove(130), asked))
  expect(whole.facts.get(0n)?.rowCount).toBe(ROW_COUNT)
  expect(halved.facts).toEqual(whole.facts)
  expect(asked.slice(0, 4)).toEqual([1000, 500, 250, 125])
  expect(halved.warnings[0]).toBe(
    'http://db1: m 1970-01-01T00:00:00Z to 1970-01-01T00:16:40Z: query-timeout limit exceeded; again in halves',
  )
})

test('a server that has no time is asked again after a while', async () => {
  let count = 0
  const { status, facts } = await read(
    targetOf(() => {
      if (++count < 4) throw new ClientError('unreachable', 'too many queries', { status: 503 })
    }),
  )
  expect([status, facts.get(0n)?.rowCount]).toEqual(['fulfilled', ROW_COUNT])
})

test('a server that stays away ends the reading with its last words', async () => {
  const { status, reason } = await read(
    targetOf(() => {
      throw new ClientError('unreachable', 'connection refused')
    }),
  )
  expect([status, reason?.message]).toEqual(['rejected', 'connection refused'])
})

test('what would be refused again is not asked again', async () => {
  const asked: number[] = []
  const denied = () => {
    throw new ClientError('denied', 'not authorized')
  }
  expect((await read(targetOf(denied, asked))).reason?.message).toBe('not authorized')
  expect(asked).toHaveLength(1)
})

test('an interruption ends the reading with its reason, also while it waits', async () => {
  const controller = new AbortController()
  const interruption = new Error('Ctrl-C')
  setTimeout(() => controller.abort(interruption), 1500)
  expect((await read(targetOf(stopAbove(0)), controller.signal)).reason).toBe(interruption)
})

test('without the right to see shard groups, the edges of every type of a field are asked for', async () => {
  const asked: string[] = []
  async function* query({ text }: QueryCall): AsyncGenerator<QueryAnswer> {
    asked.push(text)
    if (text.startsWith('SHOW')) throw new ClientError('denied', 'not authorized')
    const time = text.includes('::string') ? 100 : text.includes('DESC') ? 7 : 5
    yield { results: [{ series: [{ columns: ['time', 'v'], values: [[time, 1]] }] }] }
  }
  const side = { kind: 'server', name: 'http://db1', query } as unknown as Target
  const reader = new SideReader(side, { limiter: null, signal: new AbortController().signal, warn: () => {} })
  const selections = selectFields([new Map([['v', ['integer', 'string']]])])
  expect(await reader.rangesOf(TABLE, selections, { startNs: 6n, endNs: 1000n })).toEqual([
    { startNs: 6n, endNs: 8n },
    { startNs: 100n, endNs: 101n },
  ])
  expect(asked).toHaveLength(5)
})

test('a limit of rows a second holds between queries', async () => {
  const slept: number[] = []
  const clock = { nowMs: () => 0, sleep: async (ms: number) => void slept.push(ms) }
  await read(targetOf(stopAbove(500)), undefined, new RateLimiter(1000, clock))
  expect(slept).toEqual([500])
})
