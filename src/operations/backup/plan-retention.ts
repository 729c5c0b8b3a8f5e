/**
 * Which sets stay. Each rule keeps on its own: the newest N; the newest of each of the last N days, weeks (from Monday) or
 * months that have any, in UTC; everything not older than some age before the newest. Without rules everything stays.
 * Pinned sets stay, and so does the newest one, always.
 *
 * These are the rules of restic's `forget`, its two subtleties included: a rule that has not found its number keeps the oldest
 * set as well, so that history grows to its full length; and when backups have stopped, none of the sets grows too old.
 */

export interface RetentionRules {
  readonly last: number | null
  readonly daily: number | null
  readonly weekly: number | null
  readonly monthly: number | null
  readonly withinMs: number | null
}

export interface DatedSet {
  readonly id: string
  readonly timeMs: number
  readonly isPinned: boolean
  /** The rules hold within each group by itself: sets of one database do not push out those of another. */
  readonly group: string
}

export interface RetentionPlan {
  /** Why each set stays: `last`, `daily`, … */
  readonly kept: ReadonlyMap<string, readonly string[]>
  /** Oldest first. */
  readonly removed: readonly string[]
}

export const NO_RULES: RetentionRules = { last: null, daily: null, weekly: null, monthly: null, withinMs: null }

const DAY_MS = 86_400_000
/** The first of January 1970 was a Thursday. */
const FIRST_MONDAY_MS = -3 * DAY_MS

export function hasRules(rules: RetentionRules): boolean {
  return Object.values(rules).some((rule) => rule !== null)
}

/** `sets` in any order. */
export function planRetention(sets: readonly DatedSet[], rules: RetentionRules): RetentionPlan {
  const newestFirst = [...sets].sort((a, b) => b.timeMs - a.timeMs || (a.id < b.id ? 1 : -1))
  const groups = new Map<string, DatedSet[]>()
  for (const set of newestFirst) {
    const group = groups.get(set.group)
    if (group === undefined) groups.set(set.group, [set])
    else group.push(set)
  }
  const kept = new Map<string, string[]>()
  for (const group of groups.values()) planGroup(group, rules, kept)
  const removed = newestFirst.filter(({ id }) => !kept.has(id)).map(({ id }) => id)
  return { kept, removed: removed.reverse() }
}

function planGroup(newestFirst: readonly DatedSet[], rules: RetentionRules, kept: Map<string, string[]>): void {
  const keep = ({ id }: DatedSet, reason: string): void => {
    const reasons = kept.get(id)
    if (reasons === undefined) kept.set(id, [reason])
    else reasons.push(reason)
  }
  const newestMs = newestFirst[0].timeMs
  if (!hasRules(rules)) for (const set of newestFirst) keep(set, 'all')
  for (const set of newestFirst.slice(0, Math.max(1, rules.last ?? 0))) keep(set, 'last')
  for (const set of newestFirst) if (set.isPinned) keep(set, 'pin')
  for (const set of newestFirst) if (newestMs - set.timeMs <= (rules.withinMs ?? -1)) keep(set, 'within')
  for (const [reason, spanOf] of SPANS) {
    for (const set of newestOfSpans(newestFirst, spanOf, rules[reason] ?? 0)) keep(set, reason)
  }
}

const SPANS = [
  ['daily', (timeMs: number) => Math.floor(timeMs / DAY_MS)],
  ['weekly', (timeMs: number) => Math.floor((timeMs - FIRST_MONDAY_MS) / (7 * DAY_MS))],
  ['monthly', monthOf],
] as const

function newestOfSpans(
  newestFirst: readonly DatedSet[],
  spanOf: (timeMs: number) => number,
  count: number,
): readonly DatedSet[] {
  const chosen: DatedSet[] = []
  let lastSpan: number | null = null
  for (const set of newestFirst) {
    if (chosen.length === count) break
    const span = spanOf(set.timeMs)
    if (span !== lastSpan || set === newestFirst.at(-1)) chosen.push(set)
    lastSpan = span
  }
  return chosen
}

function monthOf(timeMs: number): number {
  const date = new Date(timeMs)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}
