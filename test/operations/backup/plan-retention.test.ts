import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DatedSet, hasRules, NO_RULES, planRetention } from '../../../src/operations/backup/plan-retention.js'

const NOW_MS = Date.parse('2026-11-20T12:00:00Z')
const DAY_MS = 86_400_000

function setAt(time: string, isPinned = false): DatedSet {
  return { id: time, timeMs: Date.parse(`${time}:00Z`), isPinned }
}

/** Three sets a day, for four weeks. */
const MONTH = Array.from({ length: 84 }, (_, i): DatedSet => {
  const timeMs = NOW_MS - i * (DAY_MS / 3)
  return { id: new Date(timeMs).toISOString().slice(0, 16), timeMs, isPinned: false }
})

function keptIds(sets: readonly DatedSet[], rules: Partial<typeof NO_RULES>): string[] {
  return [...planRetention(sets, { ...NO_RULES, ...rules }, NOW_MS).kept.keys()].sort()
}

test('without rules everything stays', () => {
  expect(hasRules(NO_RULES)).toBe(false)
  expect(planRetention(MONTH, NO_RULES, NOW_MS).removed).toEqual([])
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

test('what is younger than an age stays', () => {
  expect(keptIds(MONTH, { withinMs: DAY_MS / 2 })).toEqual(['2026-11-20T04:00', '2026-11-20T12:00'])
})

test('pinned sets and the newest one stay whatever the rules say', () => {
  const sets = [setAt('2026-11-20T03:00'), setAt('2026-11-10T03:00', true), setAt('2026-11-01T03:00')]
  const { kept, removed } = planRetention(sets, { ...NO_RULES, last: 0 }, NOW_MS)
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
      return { id: String(day).padStart(3, '0'), timeMs: NOW_MS - day * (DAY_MS / 2), isPinned }
    }),
    { selector: ({ id }) => id },
  )
  fc.assert(
    fc.property(sets, rules, fc.nat({ max: 5 }), (all, some, more) => {
      const plan = planRetention(all, some, NOW_MS)
      expect([...plan.kept.keys(), ...plan.removed].sort()).toEqual(all.map(({ id }) => id).sort())
      expect(plan.kept.size > 0 || all.length === 0).toBe(true)
      if (!hasRules(some)) return
      const wider = planRetention(all, { ...some, last: (some.last ?? 0) + more }, NOW_MS)
      expect(plan.removed).toEqual(expect.arrayContaining([...wider.removed]))
    }),
  )
})
