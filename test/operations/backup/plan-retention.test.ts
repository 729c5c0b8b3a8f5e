import { expect, test } from 'vitest'
import { type DatedSet, hasRules, NO_RULES, planRetention } from '../../../src/operations/backup/plan-retention.js'
import { fc } from '../../support/fixed-random.js'

const NOW_MS = Date.parse('2026-11-20T12:00:00Z')
const DAY_MS = 86_400_000

function setAt(time: string, isPinned = false): DatedSet {
  return { id: time, timeMs: Date.parse(`${time}:00Z`), isPinned, group: '' }
}

/** Three sets a day, for four weeks. */
const MONTH = Array.from({ length: 84 }, (_, i): DatedSet => {
  const timeMs = NOW_MS - i * (DAY_MS / 3)
  return { id: new Date(timeMs).toISOString().slice(0, 16), timeMs, isPinned: false, group: '' }
})

function keptIds(sets: readonly DatedSet[], rules: Partial<typeof NO_RULES>): string[] {
  return [...planRetention(sets, { ...NO_RULES, ...rules }).kept.keys()].sort()
}

test('without rules everything stays', () => {
  expect(hasRules(NO_RULES)).toBe(false)
  expect(planRetention(MONTH, NO_RULES).removed).toEqual([])
})

test('the newest N stay', () => {
  expect(keptIds(MONTH, { last: 2 })).toEqual(['2026-11-20T04:00', '2026-11-20T12:00'])
})

test('of each of the last days the newest stays', () => {
  expect(keptIds(MONTH, { daily: 3 })).toEqual(['2026-11-18T20:00', '2026-11-19T20:00', '2026-11-20T12:00'])
})

test('days without a set do not count', () => {
  const sets = [setAt('2026-11-20T03:00'), setAt('2026-11-10T03:00'), setAt('2026-11-01T03:00')]
  expect(keptIds(sets, { daily: 2 })).toEqual(['2026-11-10T03:00', '2026-11-20T03:00'])
})

test('weeks begin on Monday, UTC', () => {
  const sets = [
    setAt('2026-11-16T00:00'),
    setAt('2026-11-15T23:59'),
    setAt('2026-11-09T00:00'),
    setAt('2026-11-08T23:59'),
  ]
  expect(keptIds(sets, { weekly: 3 })).toEqual(['2026-11-08T23:59', '2026-11-15T23:59', '2026-11-16T00:00'])
})

test('of each month the newest stays, over the turn of the year', () => {
  const sets = [
    setAt('2026-01-01T00:00'),
    setAt('2025-12-31T23:59'),
    setAt('2025-12-01T00:00'),
    setAt('2024-12-30T00:00'),
  ]
  expect(keptIds(sets, { monthly: 3 })).toEqual(['2024-12-30T00:00', '2025-12-31T23:59', '2026-01-01T00:00'])
})

test('a rule that has not found its number keeps the oldest set as well', () => {
  const sets = [setAt('2026-11-20T03:00'), setAt('2026-11-03T03:00'), setAt('2026-11-02T03:00')]
  expect(keptIds(sets, { monthly: 1 })).toEqual(['2026-11-20T03:00'])
  expect(keptIds(sets, { monthly: 2 })).toEqual(['2026-11-02T03:00', '2026-11-20T03:00'])
})

test('an age is counted from the newest set, so that nothing grows too old when backups stop', () => {
  expect(keptIds(MONTH, { withinMs: DAY_MS / 2 })).toEqual(['2026-11-20T04:00', '2026-11-20T12:00'])
})

test('the rules hold for each database by itself', () => {
  const of = (group: string) => (set: DatedSet) => ({ ...set, id: group + set.id, group })
  const sets = [...MONTH.map(of('a')), ...MONTH.slice(40).map(of('b'))]
  expect(keptIds(sets, { last: 1 })).toEqual(['a2026-11-20T12:00', `b${MONTH[40].id}`])
})

test('pinned sets and the newest one stay whatever the rules say', () => {
  const sets = [setAt('2026-11-20T03:00'), setAt('2026-11-10T03:00', true), setAt('2026-11-01T03:00')]
  const { kept, removed } = planRetention(sets, { ...NO_RULES, last: 0 })
  expect([...kept]).toEqual([
    ['2026-11-20T03:00', ['last']],
    ['2026-11-10T03:00', ['pin']],
  ])
  expect(removed).toEqual(['2026-11-01T03:00'])
})

test('every set is kept or removed, never both; more rules never remove more; nothing to keep is nothing to remove', () => {
  const count = fc.option(fc.nat({ max: 6 }))
  const rules = fc.record({ last: count, daily: count, weekly: count, monthly: count, withinMs: count })
  const sets = fc.uniqueArray(
    fc.record({ day: fc.nat({ max: 400 }), isPinned: fc.boolean() }).map(({ day, isPinned }): DatedSet => {
      return { id: String(day).padStart(3, '0'), timeMs: NOW_MS - day * (DAY_MS / 2), isPinned, group: '' }
    }),
    { selector: ({ id }) => id },
  )
  fc.assert(
    fc.property(sets, rules, fc.nat({ max: 5 }), (all, some, more) => {
      const plan = planRetention(all, some)
      expect([...plan.kept.keys(), ...plan.removed].sort()).toEqual(all.map(({ id }) => id).sort())
      expect(plan.kept.size > 0 || all.length === 0).toBe(true)
      if (!hasRules(some)) return
      const wider = planRetention(all, { ...some, last: (some.last ?? 0) + more })
      expect(plan.removed).toEqual(expect.arrayContaining([...wider.removed]))
    }),
  )
})

/** What restic's `forget` keeps, written down from its manual: days, weeks and months as the calendar names them. */
function resticKeeps(newestFirst: readonly DatedSet[], rules: typeof NO_RULES): Set<string> {
  const kept = new Set<string>()
  const nameOf = {
    daily: (time: Date) => time.toISOString().slice(0, 10),
    weekly: isoWeekOf,
    monthly: (time: Date) => time.toISOString().slice(0, 7),
  }
  const left = { ...rules }
  const last: Record<string, string> = {}
  newestFirst.forEach(({ id, timeMs, isPinned }, index) => {
    if (isPinned || index === 0 || index < (rules.last ?? 0)) kept.add(id)
    if (rules.withinMs !== null && timeMs >= newestFirst[0].timeMs - rules.withinMs) kept.add(id)
    for (const rule of ['daily', 'weekly', 'monthly'] as const) {
      const name = nameOf[rule](new Date(timeMs))
      if ((left[rule] ?? 0) === 0 || (name === last[rule] && index < newestFirst.length - 1)) continue
      kept.add(id)
      last[rule] = name
      left[rule] = (left[rule] ?? 0) - 1
    }
  })
  return kept
}

/** A week belongs to the year of its Thursday. */
function isoWeekOf(time: Date): string {
  const thursdayMs = time.getTime() + (4 - (time.getUTCDay() || 7)) * DAY_MS
  const year = new Date(thursdayMs).getUTCFullYear()
  return `${year} ${Math.floor((thursdayMs - Date.UTC(year, 0, 1)) / (7 * DAY_MS))}`
}

test('of a year of sets stays what stays with restic', () => {
  const count = (max: number) => fc.option(fc.nat({ max }), { freq: 2 })
  const rules = fc
    .record({ last: count(20), daily: count(40), weekly: count(60), monthly: count(15), withinMs: count(400) })
    .map((some) => ({ ...some, withinMs: some.withinMs === null ? null : some.withinMs * DAY_MS + 1 }))
  const hours = fc.uniqueArray(fc.nat({ max: 366 * 24 }), { minLength: 1, maxLength: 400 })
  fc.assert(
    fc.property(hours, fc.nat({ max: 50 }), rules, (ages, pinEvery, some) => {
      fc.pre(hasRules(some))
      const sets = ages
        .sort((a, b) => a - b)
        .map((age, i): DatedSet => {
          const timeMs = NOW_MS - age * 3_600_000
          return { id: new Date(timeMs).toISOString(), timeMs, isPinned: pinEvery > 0 && i % pinEvery === 1, group: '' }
        })
      expect(new Set(planRetention(sets, some).kept.keys())).toEqual(resticKeeps(sets, some))
    }),
    { numRuns: 300 },
  )
})
