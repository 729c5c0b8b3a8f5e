import { expect, test } from 'vitest'
import { zoneOffsetOf } from '../../../../src/engine/domain/zone-offset.js'
import { planRun, type RunSchedule } from '../../../../src/engine/query/continuous/plan-run.js'

const SECOND = 1_000_000_000n
const MINUTE = 60n * SECOND
const HOUR = 60n * MINUTE
const DAY = 24n * HOUR

function schedule(
  intervalNs: bigint,
  more: Partial<RunSchedule> & { offsetNs?: bigint; zone?: string } = {},
): RunSchedule {
  const { offsetNs = 0n, zone, everyNs = 0n, forNs = 0n } = more
  const zoneOffset = zone === undefined ? null : zoneOffsetOf(zone)
  return { window: { intervalNs, offsetNs, zoneOffset }, everyNs, forNs }
}

/** Ticks from `fromNs`; what was computed, as `[start, end)` in units. */
function simulate(
  plan: RunSchedule,
  times: readonly bigint[],
  unit = MINUTE,
  lastRunNs: bigint | null = null,
): string[] {
  const runs: string[] = []
  let last = lastRunNs
  for (const nowNs of times) {
    const due = planRun(plan, last, nowNs)
    if (due === null) continue
    last = due.dueNs
    if (due.range !== null) runs.push(`${at(nowNs)}: ${at(due.range.startNs)}-${at(due.range.endNs)}`)
  }
  return runs

  function at(ns: bigint): string {
    return String(Number(ns) / Number(unit))
  }
}

function ticks(fromNs: bigint, toNs: bigint, stepNs: bigint): bigint[] {
  const times: bigint[] = []
  for (let ns = fromNs; ns <= toNs; ns += stepNs) times.push(ns)
  return times
}

test('each interval is computed once, when it has ended', () => {
  expect(simulate(schedule(MINUTE), ticks(10n * MINUTE + 30n * SECOND, 13n * MINUTE, SECOND))).toEqual([
    '11: 10-11',
    '12: 11-12',
    '13: 12-13',
  ])
})

test('a tick that comes late computes the same interval', () => {
  const times = [10n * MINUTE + 1n, 11n * MINUTE + 700n, 11n * MINUTE + SECOND, 12n * MINUTE + 59n * SECOND]
  const runs = simulate(schedule(MINUTE), times).map((run) => run.split(': ')[1])
  expect(runs).toEqual(['10-11', '11-12'])
})

test('a first run in the middle of an interval waits for its end, and one on the boundary runs at once', () => {
  expect(simulate(schedule(MINUTE), [10n * MINUTE + 5n])).toEqual([])
  expect(simulate(schedule(MINUTE), [10n * MINUTE])).toEqual(['10: 9-10'])
})

test('EVERY below the interval computes the interval in progress again and again', () => {
  const plan = schedule(MINUTE, { everyNs: 30n * SECOND })
  expect(simulate(plan, ticks(10n * MINUTE, 11n * MINUTE + 30n * SECOND, SECOND))).toEqual([
    '10: 9-10',
    '10.5: 10-11',
    '11: 10-11',
    '11.5: 11-12',
  ])
})

test('EVERY above the interval computes all intervals since the last run', () => {
  const plan = schedule(MINUTE, { everyNs: 3n * MINUTE })
  expect(simulate(plan, ticks(9n * MINUTE, 15n * MINUTE, SECOND))).toEqual(['9: 6-9', '12: 9-12', '15: 12-15'])
})

test('FOR computes older intervals again', () => {
  const plan = schedule(MINUTE, { forNs: 3n * MINUTE })
  expect(simulate(plan, ticks(10n * MINUTE, 11n * MINUTE, SECOND))).toEqual(['10: 7-10', '11: 8-11'])
})

test('EVERY and FOR go together', () => {
  const plan = schedule(30n * MINUTE, { everyNs: HOUR, forNs: 90n * MINUTE })
  expect(simulate(plan, ticks(10n * HOUR, 11n * HOUR, MINUTE))).toEqual(['600: 510-600', '660: 570-660'])
})

test('the offset of GROUP BY time moves the boundaries', () => {
  const plan = schedule(HOUR, { offsetNs: 15n * MINUTE })
  expect(simulate(plan, ticks(600n * MINUTE, 735n * MINUTE, MINUTE))).toEqual([
    '615: 555-615',
    '675: 615-675',
    '735: 675-735',
  ])
})

test('days in a time zone end at local midnight, on days of 23 and 25 hours as well', () => {
  const plan = schedule(DAY, { zone: 'Europe/Berlin' })
  const around = (midnight: string): bigint => BigInt(Date.parse(midnight)) * 1_000_000n
  const start = around('2019-03-30T23:00:00Z')
  const runs = simulate(plan, ticks(start, start + 50n * HOUR, 15n * MINUTE), HOUR)
  const hours = runs.map((run) => run.split(': ')[1].split('-').map(Number))
  expect(hours.map(([from, to]) => to - from)).toEqual([24, 23, 24])
})

test('a server that was away catches up with everything it missed in one run', () => {
  const times = [10n * MINUTE, 25n * MINUTE + 20n * SECOND, 26n * MINUTE]
  expect(simulate(schedule(MINUTE), times).map((run) => run.split(': ')[1])).toEqual(['9-10', '10-25', '25-26'])
})

test('a very long absence is caught up with only as far as a week of minutes', () => {
  const [run] = simulate(schedule(MINUTE), [400n * DAY], MINUTE, DAY)
  const [start, end] = run.split(': ')[1].split('-').map(Number)
  expect(end - start).toBe(10_080)
})

test('a clock that is put back begins anew and does not wait for the old time to come again', () => {
  const times = [100n * MINUTE, 50n * MINUTE + SECOND, 51n * MINUTE]
  expect(simulate(schedule(MINUTE), times)).toEqual(['100: 99-100', '51: 50-51'])
})

test('weeks end where their buckets end', () => {
  const due = planRun(schedule(7n * DAY), 0n, 8n * DAY)
  expect(due).toEqual({ dueNs: 7n * DAY, range: { startNs: 0n, endNs: 7n * DAY } })
})
