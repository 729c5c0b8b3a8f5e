/**
 * What statements cost, by their shape: the canonical text with `?` for numbers, strings, durations and regexes. Bounded:
 * the shape that was not asked for the longest makes room for a new one.
 */

const SHAPE_COUNT_MAX = 500
/** Longer statements share a shape when they begin alike. */
const SHAPE_CHARACTERS_MAX = 2000

/** Four buckets for each doubling, from 0.1 ms to 29 hours: a percentile is off by a tenth at most. */
const BUCKETS_PER_DOUBLING = 4
const BUCKET_COUNT = 120
const SHORTEST_MS = 0.1

export interface StatementRun {
  /** Canonical, without passwords. */
  readonly text: string
  /** '' = none. */
  readonly database: string
  readonly elapsedMs: number
  readonly rowCount: number
  readonly isFailed: boolean
}

export interface StatementInfo {
  readonly fingerprint: string
  readonly database: string
  readonly callCount: number
  readonly errorCount: number
  readonly rowCount: number
  readonly totalMs: number
  readonly p99Ms: number
  readonly maxMs: number
  /** By the clock the statistics were given. */
  readonly lastAtMs: number
}

interface Entry {
  readonly fingerprint: string
  readonly database: string
  readonly buckets: Uint32Array
  callCount: number
  errorCount: number
  rowCount: number
  totalMs: number
  maxMs: number
  lastAtMs: number
}

export class StatementStatistics {
  readonly #nowMs: () => number
  /** The one that ran last is at the end. */
  readonly #entries = new Map<string, Entry>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  record({ text, database, elapsedMs, rowCount, isFailed }: StatementRun): void {
    const fingerprint = fingerprintOf(text)
    const key = `${database}\0${fingerprint}`
    const entry = this.#entries.get(key) ?? newEntry(fingerprint, database)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.callCount++
    if (isFailed) entry.errorCount++
    entry.rowCount += rowCount
    entry.totalMs += elapsedMs
    entry.maxMs = Math.max(entry.maxMs, elapsedMs)
    entry.lastAtMs = this.#nowMs()
    entry.buckets[bucketOf(elapsedMs)]++
    if (this.#entries.size > SHAPE_COUNT_MAX) this.#entries.delete(this.#entries.keys().next().value as string)
  }

  /** Begins anew. */
  clear(): void {
    this.#entries.clear()
  }

  /** Those that took most time in all, largest first. */
  list(countMax: number): StatementInfo[] {
    const entries = [...this.#entries.values()].sort((a, b) => b.totalMs - a.totalMs).slice(0, countMax)
    return entries.map(({ buckets, ...entry }) => ({ ...entry, p99Ms: Math.min(entry.maxMs, quantile(buckets, 0.99)) }))
  }
}

const LITERAL = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|([=!]~ )\/(?:[^/\\]|\\.)*\/|(?<![\w.$])-?\d[\w.µ]*/gu

/** `SELECT mean(v) FROM "m" WHERE time > now() - ? AND host = ?` */
export function fingerprintOf(text: string): string {
  const shape = text.slice(0, SHAPE_CHARACTERS_MAX).replace(LITERAL, (literal, operator: string | undefined) => {
    if (literal.startsWith('"')) return literal
    return operator === undefined ? '?' : `${operator}?`
  })
  return shape.replace(/\?(?:, \?)+/g, '?, …')
}

function newEntry(fingerprint: string, database: string): Entry {
  return {
    fingerprint,
    database,
    buckets: new Uint32Array(BUCKET_COUNT),
    callCount: 0,
    errorCount: 0,
    rowCount: 0,
    totalMs: 0,
    maxMs: 0,
    lastAtMs: 0,
  }
}

function bucketOf(elapsedMs: number): number {
  if (!(elapsedMs > SHORTEST_MS)) return 0
  return Math.min(BUCKET_COUNT - 1, Math.ceil(Math.log2(elapsedMs / SHORTEST_MS) * BUCKETS_PER_DOUBLING))
}

/** Upper end of the bucket that the quantile falls into. */
function quantile(buckets: Uint32Array, share: number): number {
  const total = buckets.reduce((sum, count) => sum + count, 0)
  let below = 0
  for (let i = 0; i < buckets.length; i++) {
    below += buckets[i]
    if (below >= total * share) return SHORTEST_MS * 2 ** (i / BUCKETS_PER_DOUBLING)
  }
  return 0
}
