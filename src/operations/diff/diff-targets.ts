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

export interface DiffReport {
  readonly differences: readonly Difference[]
  readonly measurementCount: number
  readonly rowCounts: { readonly a: number; readonly b: number }
}

export async function diffTargets(a: Target, b: Target, options: DiffOptions): Promise<DiffReport> {
  const diff = new Diff(a, b, options)
  await diff.run()
  return { differences: diff.differences, measurementCount: diff.measurementCount, rowCounts: diff.rowCounts }
}

interface Table {
  readonly database: string
  readonly policy: string
  readonly measurement: string
}

interface DayToCompare {
  readonly table: Table
  /** What stands between SELECT and FROM, for one query after the other. */
  readonly selections: readonly string[]
  readonly dayNs: bigint
  readonly place: string
}

interface Range {
  readonly startNs: bigint | null
  readonly endNs: bigint | null
}

class Diff {
  readonly differences: Difference[] = []
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
    for (const database of this.#common('database', '', new Map(entriesOf(namesA)), new Map(entriesOf(namesB)))) {
      await this.#diffDatabase(database)
    }
  }

  async #diffDatabase(database: string): Promise<void> {
    const [policiesA, policiesB] = await this.#both((side) => readPolicies(side, database))
    const policies = this.#common('policy', `${database}.`, policiesA, policiesB)
    const [measurementsA, measurementsB] = await this.#both((side) => readMeasurements(side, database))
    const { measurement: only } = this.#options
    for (const measurement of this.#common('measurement', `${database}.`, measurementsA, measurementsB)) {
      if (only !== null && measurement !== only) continue
      this.measurementCount++
      this.#options.onMeasurement(`${database}.${measurement}`)
      for (const policy of policies) await this.#diffTable({ database, policy, measurement })
    }
  }

  async #diffTable(table: Table): Promise<void> {
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
      if (this.#options.level === 'row') await this.#diffRows({ table, selections, dayNs: day, place })
    }
  }

  async #diffRows({ table, selections, dayNs, place }: DayToCompare): Promise<void> {
    const { startNs, endNs, rowCountMax } = this.#options
    const range = {
      startNs: startNs !== null && startNs > dayNs ? startNs : dayNs,
      endNs: endNs !== null && endNs < endOfDay(dayNs) ? endNs : endOfDay(dayNs),
    }
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

  async #readDays(side: Target, table: Table, selections: readonly string[]) {
    const hashes = new DayHashes()
    for await (const row of this.#readRows(side, table, selections, this.#options)) hashes.add(row)
    return hashes.facts()
  }

  async *#readRows(
    side: Target,
    { database, policy, measurement }: Table,
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

async function readMeasurements(side: Target, database: string): Promise<Map<string, string>> {
  const series = await runStatement(side, `SHOW MEASUREMENTS ON ${quoteName(database)}`)
  return new Map(entriesOf(columnOf(series, 'name').map(String)))
}

type FieldTypesByName = ReadonlyMap<string, readonly string[]>

async function readFields(side: Target, { database, policy, measurement }: Table): Promise<FieldTypesByName> {
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
