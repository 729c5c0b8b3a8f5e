/**
 * What differs between two databases, from the large to the small: databases, policies, measurements, types of fields, days,
 * rows. Each level is looked at only where both sides have the one above it. Both are asked in InfluxQL, so a side may be
 * a server, a directory, or an InfluxDB.
 */

import { ClientError } from '../../client/client-error.js'
import type { DebugFile } from '../../client/debug-documents.js'
import { quoteName } from '../../client/quote-influxql.js'
import type { Target } from '../../client/target.js'
import type { FieldType, PointColumns } from '../../engine/index.js'
import type { AnswerRow } from '../ask.js'
import type { TimeRange } from '../backfill/time-ranges.js'
import type { ProgressSink } from '../progress.js'
import type { RateLimiter } from '../rate-limiter.js'
import { type DayFacts, DayHashes, endOfDay } from './day-hashes.js'
import { type DifferingDay, diffFiles, type FileDifference } from './diff-files.js'
import { printRows } from './print-rows.js'
import { type FieldTypesByName, type Selection, selectFields } from './select-fields.js'
import { type DiffTable, SideReader, type TableReading } from './side-reader.js'

export type DiffLevel = 'metadata' | 'bucket' | 'file' | 'row'

type Both<T> = readonly [T, T]

export interface DiffOptions {
  readonly level: DiffLevel
  /** Null: all but `_internal`. */
  readonly databases: readonly string[] | null
  readonly measurement: string | null
  readonly startNs: bigint | null
  readonly endNs: bigint | null
  /** Rows that are named in one day. */
  readonly rowCountMax: number
  /** Rows a second of each side; null = as fast as they come. */
  readonly limiterOf: () => RateLimiter | null
  /** Of both sides; null when they are not compared. */
  readonly files: Both<readonly DebugFile[]> | null
  readonly progress: ProgressSink
  readonly signal: AbortSignal
}

export interface Difference {
  readonly level: 'database' | 'policy' | 'measurement' | 'field' | 'bucket' | 'row'
  /** `telegraf.autogen.cpu 2026-11-20`. */
  readonly place: string
  /** What each side has; null = nothing. */
  readonly a: string | null
  readonly b: string | null
}

/** Rows of `a` that would make `b` have what `a` has, where the two differ. */
export interface DifferingPart {
  readonly table: DiffTable
  /** Half-open. */
  readonly range: TimeRange
  /** In `a`; null when they have not been counted, because `b` has no such measurement. */
  readonly rowCount: number | null
  /** Types of the fields in `a`. */
  readonly fields: FieldTypesByName
  /** Why the rows cannot be copied; null when they can. */
  readonly obstacle: string | null
}

export interface DiffReport {
  readonly differences: readonly Difference[]
  /** Days in which only `b` has rows, and databases and policies that `b` does not have, are not among them. */
  readonly parts: readonly DifferingPart[]
  /** Null when files were not compared. A difference of files alone is none of data. */
  readonly files: readonly FileDifference[] | null
  readonly measurementCount: number
  /** Queries that were stopped or not answered and were asked again. */
  readonly retryCount: number
  readonly rowCounts: { readonly a: number; readonly b: number }
}

export async function diffTargets(a: Target, b: Target, options: DiffOptions): Promise<DiffReport> {
  const diff = new Diff(a, b, options)
  await diff.run()
  const { differences, parts, tables, rowCounts, retryCount } = diff
  const measurements = new Set(tables.map(({ table }) => `${table.database}\0${table.measurement}`))
  return { differences, parts, files: diff.diffFiles(), measurementCount: measurements.size, rowCounts, retryCount }
}

interface TableToCompare {
  readonly table: DiffTable
  readonly fields: Both<FieldTypesByName>
  readonly selections: readonly Selection[]
  /** Where each side may have rows. */
  readonly ranges: Both<readonly TimeRange[]>
}

interface DayToCompare {
  readonly table: DiffTable
  readonly selections: readonly Selection[]
  readonly range: TimeRange
  /** On the side that has more. */
  readonly rowCount: number
}

const ALL_TIME: TimeRange = { startNs: -(2n ** 63n), endNs: 2n ** 63n - 1n }

/** Rows of both sides that are held as text at a time: some tens of megabytes. */
const PRINTED_ROWS = 50_000

/** A busy server stops many queries, all for one reason. */
const WARNED_COUNT_MAX = 5

class Diff {
  readonly differences: Difference[] = []
  readonly parts: DifferingPart[] = []
  readonly tables: TableToCompare[] = []
  readonly rowCounts = { a: 0, b: 0 }
  retryCount = 0
  /** In which rows differ. */
  readonly #days: DifferingDay[] = []
  readonly #a: SideReader
  readonly #b: SideReader
  readonly #options: DiffOptions
  readonly #window: TimeRange
  /** Shard groups of both sides that have been compared, and of how many. */
  #doneCount = 0
  #totalCount = 0
  #readCount = 0

  constructor(a: Target, b: Target, options: DiffOptions) {
    const { signal, limiterOf, startNs, endNs } = options
    const warn = (message: string): void => this.#noteRetry(message)
    this.#a = new SideReader(a, { limiter: limiterOf(), signal, warn })
    this.#b = new SideReader(b, { limiter: limiterOf(), signal, warn })
    this.#options = options
    this.#window = { startNs: startNs ?? ALL_TIME.startNs, endNs: endNs ?? ALL_TIME.endNs }
  }

  async run(): Promise<void> {
    for (const database of await this.#diffNames()) await this.#diffDatabase(database)
    if (this.#options.level === 'metadata') return
    this.#totalCount = this.tables.reduce((sum, { ranges: [a, b] }) => sum + a.length + b.length, 0)
    for (const table of this.tables) {
      await this.#diffTable(table)
      this.#doneCount += table.ranges[0].length + table.ranges[1].length
    }
  }

  /** After `run`. */
  diffFiles(): FileDifference[] | null {
    const { files, databases, measurement } = this.#options
    if (files === null) return null
    const isWanted = (file: DebugFile): boolean =>
      (databases === null || databases.includes(file.database)) &&
      (measurement === null || file.measurement === measurement)
    const [a, b] = files
    return diffFiles({ a, b, days: this.#days, isWanted, window: this.#window })
  }

  #noteRetry(message: string): void {
    this.retryCount++
    if (this.retryCount > WARNED_COUNT_MAX) return
    const more = this.retryCount < WARNED_COUNT_MAX ? '' : '; what follows of this is only counted'
    this.#options.progress.warn(message + more)
  }

  async #diffNames(): Promise<string[]> {
    const { databases } = this.#options
    const isWanted = (name: string) => (databases === null ? name !== '_internal' : databases.includes(name))
    const [namesA, namesB] = await this.#both(async (reader) =>
      textsOf(await reader.askOnce('SHOW DATABASES'), 'name').filter(isWanted),
    )
    const known = new Set([...namesA, ...namesB])
    const [unknown] = (databases ?? []).filter((name) => !known.has(name))
    if (unknown !== undefined) throw new ClientError('missing', `neither side has the database ${unknown}`)
    return this.#common('database', '', thereOf(namesA), thereOf(namesB))
  }

  async #diffDatabase(database: string): Promise<void> {
    const policies = this.#common(
      'policy',
      `${database}.`,
      ...(await this.#both((reader) => readPolicies(reader, database))),
    )
    const { measurement: only } = this.#options
    const [measurementsA, measurementsB] = await this.#both((reader) => readMeasurements(reader, database, only))
    for (const measurement of measurementsA.keys()) {
      if (measurementsB.has(measurement)) continue
      for (const policy of policies) await this.#addMissing({ database, policy, measurement })
    }
    for (const measurement of this.#common('measurement', `${database}.`, measurementsA, measurementsB)) {
      for (const policy of policies) await this.#addTable({ database, policy, measurement })
    }
  }

  async #addMissing(table: DiffTable): Promise<void> {
    const fields = await readFields(this.#a, table)
    if (fields.size > 0) this.#addPart(table, this.#window, null, fields)
  }

  async #addTable(table: DiffTable): Promise<void> {
    const fields = await this.#both((reader) => readFields(reader, table))
    this.#common('field', `${nameOf(table)}.`, printTypes(fields[0]), printTypes(fields[1]))
    const selections = selectFields(fields)
    const isRead = this.#options.level !== 'metadata'
    const ranges = await this.#both(async (reader) =>
      isRead ? await reader.rangesOf(table, selections, this.#window) : [],
    )
    this.tables.push({ table, fields, selections, ranges })
    this.#report('metadata', 0)
  }

  #addPart(table: DiffTable, range: TimeRange, rowCount: number | null, fields: FieldTypesByName): void {
    const [mixed] = [...fields].filter(([, types]) => types.length > 1).map(([name]) => name)
    const obstacle = mixed === undefined ? null : `the field ${mixed} has several types`
    this.parts.push({ table, range, rowCount, fields, obstacle })
  }

  #clipped({ startNs, endNs }: TimeRange): TimeRange {
    const { startNs: from, endNs: to } = this.#window
    return { startNs: from > startNs ? from : startNs, endNs: to < endNs ? to : endNs }
  }

  async #diffTable({ table, fields, selections, ranges }: TableToCompare): Promise<void> {
    const fractions = [0, 0]
    const [daysA, daysB] = await this.#both((reader, side) => {
      const onProgress = (fraction: number, rowCount: number): void => {
        fractions[side] = fraction * ranges[side].length
        this.#readCount += rowCount
        this.#report(nameOf(table), fractions[0] + fractions[1])
      }
      return readDays(reader, { table, selections, ranges: ranges[side], onProgress })
    })
    for (const facts of daysA.values()) this.rowCounts.a += facts.rowCount
    for (const facts of daysB.values()) this.rowCounts.b += facts.rowCount
    for (const day of [...new Set([...daysA.keys(), ...daysB.keys()])].sort((x, y) => (x < y ? -1 : 1))) {
      const [a, b] = [daysA.get(day), daysB.get(day)]
      if (a?.rowCount === b?.rowCount && a?.hash === b?.hash) continue
      this.#note('bucket', `${nameOf(table)} ${dateOf(day)}`, printFacts(a), printFacts(b))
      this.#days.push({ table, dayNs: day })
      const range = this.#clipped({ startNs: day, endNs: endOfDay(day) })
      if (a !== undefined) this.#addPart(table, range, a.rowCount, fields[0])
      if (this.#options.level !== 'row') continue
      const rowCount = Math.max(a?.rowCount ?? 0, b?.rowCount ?? 0)
      await this.#diffRows({ table, selections, range, rowCount })
    }
  }

  /** A piece of the day after the other, so that what is held does not grow with the day. */
  async #diffRows({ table, selections, range, rowCount }: DayToCompare): Promise<void> {
    let namedCount = 0
    for (const piece of cut(range, Math.ceil(rowCount / PRINTED_ROWS))) {
      const [a, b] = await this.#both((reader) => readTexts(reader, table, selections, piece))
      for (const point of [...new Set([...a.keys(), ...b.keys()])].sort()) {
        if (a.get(point) === b.get(point)) continue
        if (++namedCount > this.#options.rowCountMax) return
        this.#note('row', `${nameOf(table)} ${point}`, a.get(point) ?? null, b.get(point) ?? null)
      }
    }
  }

  /** Names what only one side has, or what differs; returns the names that both have. */
  #common(
    level: Difference['level'],
    prefix: string,
    a: ReadonlyMap<string, string>,
    b: ReadonlyMap<string, string>,
  ): string[] {
    const common: string[] = []
    for (const name of [...new Set([...a.keys(), ...b.keys()])].sort()) {
      const [left, right] = [a.get(name) ?? null, b.get(name) ?? null]
      if (left !== right) this.#note(level, prefix + name, left, right)
      if (left !== null && right !== null) common.push(name)
    }
    return common
  }

  #note(level: Difference['level'], place: string, a: string | null, b: string | null): void {
    this.differences.push({ level, place, a, b })
  }

  #report(what: string, fraction: number): void {
    const isKnown = this.#totalCount > 0
    this.#options.progress.update({
      phase: 'compare',
      done: Math.round((this.#doneCount + fraction) * 100) / 100,
      total: isKnown ? this.#totalCount : null,
      unit: 'slices',
      details: [
        { name: 'rows', value: this.#readCount },
        { name: 'differences', value: this.differences.length },
        ...(this.retryCount === 0 ? [] : [{ name: 'retries', value: this.retryCount }]),
        { name: 'at', value: what },
      ],
    })
  }

  async #both<T>(read: (reader: SideReader, side: 0 | 1) => Promise<T>): Promise<[T, T]> {
    this.#options.signal.throwIfAborted()
    return await Promise.all([read(this.#a, 0), read(this.#b, 1)])
  }
}

async function readDays(reader: SideReader, reading: TableReading): Promise<Map<bigint, DayFacts>> {
  const total = new DayHashes()
  await reader.read(reading, () => {
    const hashes = new DayHashes()
    return { add: (columns) => hashes.add(columns), keep: () => total.merge(hashes) }
  })
  return total.facts()
}

/** By point, what its fields hold. */
async function readTexts(
  reader: SideReader,
  table: DiffTable,
  selections: readonly Selection[],
  range: TimeRange,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  await reader.read({ table, selections, ranges: [range], onProgress: () => {} }, () => {
    const rows = new Map<string, string>()
    const add = (columns: PointColumns): void => {
      for (const { point, fields } of printRows(columns)) {
        const known = rows.get(point)
        rows.set(point, known === undefined ? fields : `${known},${fields}`)
      }
    }
    const keep = (): void => {
      for (const [point, fields] of rows) texts.set(point, fields)
    }
    return { add, keep }
  })
  return texts
}

function cut({ startNs, endNs }: TimeRange, count: number): TimeRange[] {
  const length = endNs - startNs
  const border = (index: number): bigint => startNs + (length * BigInt(index)) / BigInt(count)
  return Array.from({ length: count }, (_, index) => ({ startNs: border(index), endNs: border(index + 1) }))
}

function nameOf({ database, policy, measurement }: DiffTable): string {
  return `${database}.${policy}.${measurement}`
}

function printFacts(facts: DayFacts | undefined): string | null {
  return facts === undefined ? null : `${facts.rowCount} rows, hash ${facts.hash}`
}

function thereOf(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [name, 'there']))
}

async function readPolicies(reader: SideReader, database: string): Promise<Map<string, string>> {
  const rows = await reader.ask(`SHOW RETENTION POLICIES ON ${quoteName(database)}`)
  return new Map(
    rows.map(({ values: { name, duration, shardGroupDuration, default: isDefault } }) => [
      String(name),
      `duration ${duration}, shard ${shardGroupDuration}${isDefault === true ? ', default' : ''}`,
    ]),
  )
}

/** `only`: the one that is wanted; null = all. */
async function readMeasurements(
  reader: SideReader,
  database: string,
  only: string | null,
): Promise<Map<string, string>> {
  const names = textsOf(await reader.ask(`SHOW MEASUREMENTS ON ${quoteName(database)}`), 'name')
  return thereOf(names.filter((name) => only === null || name === only))
}

async function readFields(reader: SideReader, { database, policy, measurement }: DiffTable): Promise<FieldTypesByName> {
  const from = [database, policy, measurement].map(quoteName).join('.')
  const types = new Map<string, FieldType[]>()
  for (const { values } of await reader.ask(`SHOW FIELD KEYS ON ${quoteName(database)} FROM ${from}`)) {
    const [field, type] = [String(values['fieldKey']), String(values['fieldType']) as FieldType]
    types.set(field, [...(types.get(field) ?? []), type].sort())
  }
  return types
}

function printTypes(fields: FieldTypesByName): Map<string, string> {
  return new Map([...fields].map(([field, types]) => [field, types.join(' and ')]))
}

function textsOf(rows: readonly AnswerRow[], column: string): string[] {
  return rows.map(({ values }) => String(values[column]))
}

function dateOf(dayNs: bigint): string {
  return new Date(Number(dayNs / 1_000_000n)).toISOString().slice(0, 10)
}
