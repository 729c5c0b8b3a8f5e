/**
 * What differs between two databases, from the large to the small: databases, policies, measurements, types of fields, days,
 * rows. Each level is looked at only where both sides have the one above it. Both are asked in InfluxQL, so a side may be
 * a server, a directory, or an InfluxDB.
 */

import { ClientError } from '../../client/client-error.js'
import type { AnswerSeries } from '../../client/query-answer.js'
import { quoteName } from '../../client/quote-influxql.js'
import { columnOf, runStatement } from '../../client/run-statement.js'
import type { Target } from '../../client/target.js'
import { kindOfStatementError } from '../../client/translate-answer.js'
import type { FieldType } from '../../engine/index.js'
import type { TimeRange } from '../backfill/time-ranges.js'
import { DayHashes, endOfDay, type Row, rowsOf } from './row-hashes.js'

export type DiffLevel = 'metadata' | 'bucket' | 'row'

export interface DiffOptions {
  readonly level: DiffLevel
  /** Null: all but `_internal`. */
  readonly databases: readonly string[] | null
  readonly measurement: string | null
  readonly startNs: bigint | null
  readonly endNs: bigint | null
  /** Rows that are named in one day. */
  readonly rowCountMax: number
  readonly signal: AbortSignal
  readonly onMeasurement: (name: string) => void
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
  readonly fields: ReadonlyMap<string, readonly FieldType[]>
  /** Why the rows cannot be copied; null when they can. */
  readonly obstacle: string | null
}

export interface DiffReport {
  readonly differences: readonly Difference[]
  /** Days in which only `b` has rows, and databases and policies that `b` does not have, are not among them. */
  readonly parts: readonly DifferingPart[]
  readonly measurementCount: number
  readonly rowCounts: { readonly a: number; readonly b: number }
}

export async function diffTargets(a: Target, b: Target, options: DiffOptions): Promise<DiffReport> {
  const diff = new Diff(a, b, options)
  await diff.run()
  const { differences, parts, measurementCount, rowCounts } = diff
  return { differences, parts, measurementCount, rowCounts }
}

export interface DiffTable {
  readonly database: string
  readonly policy: string
  readonly measurement: string
}

interface DayToCompare {
  readonly table: DiffTable
  /** What stands between SELECT and FROM, for one query after the other. */
  readonly selections: readonly string[]
  readonly dayNs: bigint
  readonly place: string
}

interface Range {
  readonly startNs: bigint | null
  readonly endNs: bigint | null
}

const ALL_TIME: TimeRange = { startNs: -(2n ** 63n), endNs: 2n ** 63n - 1n }

class Diff {
  readonly differences: Difference[] = []
  readonly parts: DifferingPart[] = []
  readonly rowCounts = { a: 0, b: 0 }
  measurementCount = 0
  readonly #a: Target
  readonly #b: Target
  readonly #options: DiffOptions

  constructor(a: Target, b: Target, options: DiffOptions) {
    this.#a = a
    this.#b = b
    this.#options = options
  }

  async run(): Promise<void> {
    const { databases } = this.#options
    const isWanted = (name: string) => (databases === null ? name !== '_internal' : databases.includes(name))
    const [namesA, namesB] = await this.#both(async (side) =>
      columnOf(await runStatement(side, 'SHOW DATABASES'), 'name')
        .map(String)
        .filter(isWanted),
    )
    const known = new Set([...namesA, ...namesB])
    const [unknown] = (databases ?? []).filter((name) => !known.has(name))
    if (unknown !== undefined) throw new ClientError('missing', `neither side has the database ${unknown}`)
    for (const database of this.#common('database', '', new Map(entriesOf(namesA)), new Map(entriesOf(namesB)))) {
      await this.#diffDatabase(database)
    }
  }

  async #diffDatabase(database: string): Promise<void> {
    const [policiesA, policiesB] = await this.#both((side) => readPolicies(side, database))
    const policies = this.#common('policy', `${database}.`, policiesA, policiesB)
    const { measurement: only } = this.#options
    const [measurementsA, measurementsB] = await this.#both((side) => readMeasurements(side, database, only))
    for (const measurement of measurementsA.keys()) {
      if (measurementsB.has(measurement)) continue
      for (const policy of policies) await this.#addMissing({ database, policy, measurement })
    }
    for (const measurement of this.#common('measurement', `${database}.`, measurementsA, measurementsB)) {
      this.measurementCount++
      this.#options.onMeasurement(`${database}.${measurement}`)
      for (const policy of policies) await this.#diffTable({ database, policy, measurement })
    }
  }

  async #addMissing(table: DiffTable): Promise<void> {
    const fields = await readFields(this.#a, table)
    if (fields.size > 0) this.#addPart(table, this.#clipped(ALL_TIME), null, fields)
  }

  #addPart(table: DiffTable, range: TimeRange, rowCount: number | null, fields: FieldTypesByName): void {
    const [mixed] = [...fields].filter(([, types]) => types.length > 1).map(([name]) => name)
    const obstacle = mixed === undefined ? null : `the field ${mixed} has several types`
    this.parts.push({ table, range, rowCount, fields: fields as DifferingPart['fields'], obstacle })
  }

  #clipped({ startNs, endNs }: TimeRange): TimeRange {
    const { startNs: from, endNs: to } = this.#options
    return {
      startNs: from !== null && from > startNs ? from : startNs,
      endNs: to !== null && to < endNs ? to : endNs,
    }
  }

  async #diffTable(table: DiffTable): Promise<void> {
    const place = `${table.database}.${table.policy}.${table.measurement}`
    const [fieldsA, fieldsB] = await this.#both((side) => readFields(side, table))
    this.#common('field', `${place}.`, printTypes(fieldsA), printTypes(fieldsB))
    if (this.#options.level === 'metadata') return
    const selections = selectionsOf([fieldsA, fieldsB])
    const [daysA, daysB] = await this.#both((side) => this.#readDays(side, table, selections))
    for (const facts of daysA.values()) this.rowCounts.a += facts.rowCount
    for (const facts of daysB.values()) this.rowCounts.b += facts.rowCount
    for (const day of [...new Set([...daysA.keys(), ...daysB.keys()])].sort((x, y) => (x < y ? -1 : 1))) {
      const [a, b] = [daysA.get(day), daysB.get(day)]
      if (a?.rowCount === b?.rowCount && a?.hash === b?.hash) continue
      const text = (facts: typeof a) => (facts === undefined ? null : `${facts.rowCount} rows, hash ${facts.hash}`)
      this.#note('bucket', `${place} ${dateOf(day)}`, text(a), text(b))
      const range = this.#clipped({ startNs: day, endNs: endOfDay(day) })
      if (a !== undefined) this.#addPart(table, range, a.rowCount, fieldsA)
      if (this.#options.level === 'row') await this.#diffRows({ table, selections, dayNs: day, place })
    }
  }

  async #diffRows({ table, selections, dayNs, place }: DayToCompare): Promise<void> {
    const { rowCountMax } = this.#options
    const range = this.#clipped({ startNs: dayNs, endNs: endOfDay(dayNs) })
    const [a, b] = await this.#both(async (side) => {
      const rows = new Map<string, string>()
      for await (const { point, fields } of this.#readRows(side, table, selections, range)) {
        const known = rows.get(point)
        rows.set(point, known === undefined ? fields : `${known},${fields}`)
      }
      return rows
    })
    let count = 0
    for (const point of [...new Set([...a.keys(), ...b.keys()])].sort()) {
      if (a.get(point) === b.get(point)) continue
      if (++count > rowCountMax) return
      this.#note('row', `${place} ${point}`, a.get(point) ?? null, b.get(point) ?? null)
    }
  }

  async #readDays(side: Target, table: DiffTable, selections: readonly string[]) {
    const hashes = new DayHashes()
    for await (const row of this.#readRows(side, table, selections, this.#options)) hashes.add(row)
    return hashes.facts()
  }

  async *#readRows(
    side: Target,
    { database, policy, measurement }: DiffTable,
    selections: readonly string[],
    range: Range,
  ): AsyncGenerator<Row> {
    const conditions = [
      ...(range.startNs === null ? [] : [`time >= ${range.startNs}`]),
      ...(range.endNs === null ? [] : [`time < ${range.endNs}`]),
    ]
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
    const from = [database, policy, measurement].map(quoteName).join('.')
    for (const selection of selections) {
      yield* this.#readSelection(side, database, `SELECT ${selection} FROM ${from}${where} GROUP BY *`)
    }
  }

  async *#readSelection(side: Target, database: string, text: string): AsyncGenerator<Row> {
    const { signal } = this.#options
    const call = { text, database, retentionPolicy: '', epoch: 'ns', paramsJson: '', isPretty: false, signal }
    for await (const { results = [], error } of side.query(call)) {
      for (const { series = [], error: failure } of results) {
        if (failure !== undefined) throw failed(side, failure)
        for (const each of series) yield* rowsOf(each)
      }
      if (error !== undefined) throw failed(side, error)
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

  async #both<T>(read: (side: Target) => Promise<T>): Promise<[T, T]> {
    this.#options.signal.throwIfAborted()
    return await Promise.all([read(this.#a), read(this.#b)])
  }
}

function failed({ name }: Target, text: string): ClientError {
  return new ClientError(kindOfStatementError(text), `${name}: ${text}`)
}

function entriesOf(names: readonly string[]): [string, string][] {
  return names.map((name) => [name, 'there'])
}

async function readPolicies(side: Target, database: string): Promise<Map<string, string>> {
  const rows = valuesOf(await runStatement(side, `SHOW RETENTION POLICIES ON ${quoteName(database)}`))
  return new Map(
    rows.map(([name, duration, shard, , isDefault]) => [
      String(name),
      `duration ${duration}, shard ${shard}${isDefault === true ? ', default' : ''}`,
    ]),
  )
}

/** `only`: the one that is wanted; null = all. */
async function readMeasurements(side: Target, database: string, only: string | null): Promise<Map<string, string>> {
  const series = await runStatement(side, `SHOW MEASUREMENTS ON ${quoteName(database)}`)
  const names = columnOf(series, 'name').map(String)
  return new Map(entriesOf(names.filter((name) => only === null || name === only)))
}

type FieldTypesByName = ReadonlyMap<string, readonly string[]>

async function readFields(side: Target, { database, policy, measurement }: DiffTable): Promise<FieldTypesByName> {
  const from = [database, policy, measurement].map(quoteName).join('.')
  const rows = valuesOf(await runStatement(side, `SHOW FIELD KEYS ON ${quoteName(database)} FROM ${from}`))
  const types = new Map<string, string[]>()
  for (const [field, type] of rows) types.set(String(field), [...(types.get(String(field)) ?? []), String(type)].sort())
  return types
}

function printTypes(fields: FieldTypesByName): Map<string, string> {
  return new Map([...fields].map(([field, types]) => [field, types.join(' and ')]))
}

/**
 * A wildcard reads a field as one type only. Where fields have several, the first query reads the first type of each, the
 * second the second type of those that have one, and so on.
 */
function selectionsOf(sides: readonly FieldTypesByName[]): string[] {
  const all = new Map<string, string[]>()
  for (const fields of sides) {
    for (const [field, types] of fields) all.set(field, [...new Set([...(all.get(field) ?? []), ...types])].sort())
  }
  const passCount = Math.max(1, ...[...all.values()].map(({ length }) => length))
  if (passCount === 1) return ['*']
  return Array.from({ length: passCount }, (_, pass) =>
    [...all]
      .filter(([, types]) => types[pass] !== undefined)
      .map(([field, types]) => `${quoteName(field)}::${types[pass]} AS ${quoteName(`${field}::${types[pass]}`)}`)
      .join(', '),
  )
}

function valuesOf(series: readonly AnswerSeries[]) {
  return series.flatMap(({ values = [] }) => values)
}

function dateOf(dayNs: bigint): string {
  return new Date(Number(dayNs / 1_000_000n)).toISOString().slice(0, 10)
}
