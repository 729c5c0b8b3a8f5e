/**
 * A database → files: one for each measurement, or for each measurement and day, or all on stdout. A file that is there is
 * done, so the same export goes on after a stop.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ClientError } from '../../client/client-error.js'
import type { Target } from '../../client/target.js'
import type { FieldType, PointColumns } from '../../engine/index.js'
import { ask } from '../ask.js'
import { quoteName } from '../backfill/influxql-text.js'
import type { TimeRange } from '../backfill/time-ranges.js'
import type { ProgressSink } from '../progress.js'
import { type ExportFormat, type ExportTable, FORMATTERS } from './export-format.js'
import { OutputFile } from './output-file.js'
import { ParquetOutput } from './parquet-output.js'

export interface ExportOptions {
  readonly source: Target
  readonly database: string
  /** '' = the database's default. */
  readonly retentionPolicy: string
  /** Empty: all. */
  readonly measurements: readonly string[]
  readonly window: TimeRange
  /** InfluxQL condition on tags and fields; '' = none. */
  readonly where: string
  readonly format: ExportFormat
  readonly isCompressed: boolean
  readonly isDaily: boolean
  /** null: stdout. */
  readonly directory: string | null
  /** Files that are there already stay. */
  readonly isResumed: boolean
  readonly tempDir: string
  readonly progress: ProgressSink
  readonly signal: AbortSignal
}

export interface ExportTotals {
  rowCount: number
  fileCount: number
  skippedFileCount: number
  lostCount: number
}

interface TableFields extends ExportTable {
  /** What is selected at a time. */
  readonly passes: readonly Pass[]
}

/** By name of a field its type and, between SELECT and FROM, what to read it as. */
type Pass = ReadonlyMap<string, { readonly type: FieldType; readonly cast: FieldType | 'field' }>

const DAY_NS = 86_400_000_000_000n
const TIME_NS_MAX = 9_223_372_036_854_775_806n

export async function exportDatabase(options: ExportOptions): Promise<ExportTotals> {
  const { signal } = options
  const totals: ExportTotals = { rowCount: 0, fileCount: 0, skippedFileCount: 0, lostCount: 0 }
  const tables = await tablesOf(options)
  if (options.directory === null && options.format === 'csv' && tables.length > 1) {
    throw new ClientError('rejected', `CSV has one heading, and there are ${tables.length} measurements`, {
      hint: 'name one with --measurement, or a directory with --out',
    })
  }
  for (const table of tables) {
    const ranges = options.isDaily ? await daysOf(table, options) : [options.window]
    for (const range of ranges) {
      signal.throwIfAborted()
      await exportRange(table, range, options, totals)
    }
  }
  return totals
}

async function tablesOf({
  source,
  database,
  retentionPolicy,
  measurements,
  directory,
}: ExportOptions): Promise<TableFields[]> {
  const policies = await ask(source, `SHOW RETENTION POLICIES ON ${quoteName(database)}`)
  const policy = policies.find(({ values }) =>
    retentionPolicy === '' ? values['default'] === true : values['name'] === retentionPolicy,
  )
  if (policy === undefined) throw new ClientError('missing', `retention policy not found: ${retentionPolicy}`)
  const name = String(policy.values['name'])
  const place = `ON ${quoteName(database)} FROM ${quoteName(name)}./.*/`
  const types = new Map<string, Map<string, FieldType[]>>()
  for (const { series, values } of await ask(source, `SHOW FIELD KEYS ${place}`)) {
    const byName = types.get(series) ?? new Map<string, FieldType[]>()
    types.set(series, byName)
    const field = String(values['fieldKey'])
    byName.set(field, [...(byName.get(field) ?? []), values['fieldType'] as FieldType])
  }
  const tagKeys = new Map<string, string[]>()
  for (const { series, values } of await ask(source, `SHOW TAG KEYS ${place}`)) {
    tagKeys.set(series, [...(tagKeys.get(series) ?? []), String(values['tagKey'])])
  }
  const missing = measurements.find((measurement) => !types.has(measurement))
  if (missing !== undefined) throw new ClientError('missing', `measurement not found: ${missing}`)
  return [...types]
    .filter(([measurement]) => measurements.length === 0 || measurements.includes(measurement))
    .map(([measurement, byName]) => ({
      database,
      retentionPolicy: name,
      measurement,
      tagKeys: tagKeys.get(measurement) ?? [],
      fields: [...byName.keys()],
      isMeasurementNamed: directory === null,
      passes: passesOf(byName),
    }))
}

/** A field that is of several types, each in shards of its own, is read once as each: a query gives those of one only. */
function passesOf(types: ReadonlyMap<string, readonly FieldType[]>): Pass[] {
  const passes: Map<string, { type: FieldType; cast: FieldType | 'field' }>[] = []
  for (const [name, all] of types) {
    const kinds = kindsOf(all)
    for (const [i, type] of kinds.entries()) {
      passes[i] ??= new Map()
      passes[i].set(name, { type, cast: kinds.length === 1 ? 'field' : type })
    }
  }
  return passes
}

/** Numbers are one kind: read as one of their types, those of all shards come. */
function kindsOf(types: readonly FieldType[]): FieldType[] {
  const isNumber = (type: FieldType): boolean => type !== 'string' && type !== 'boolean'
  const number = types.includes('float') ? 'float' : types.find(isNumber)
  return [...(number === undefined ? [] : [number]), ...types.filter((type) => !isNumber(type))]
}

/** The days between the first and the last row. */
async function daysOf(table: TableFields, options: ExportOptions): Promise<TimeRange[]> {
  const edges: bigint[] = []
  for (const pass of table.passes) {
    for (const order of ['ASC', 'DESC']) {
      const text = `${selectText(table, pass, options.window, options.where, '')} ORDER BY time ${order} LIMIT 1`
      for (const { values } of await ask(options.source, text, table.database)) {
        edges.push(BigInt(values['time'] as number | bigint))
      }
    }
  }
  if (edges.length === 0) return []
  const firstNs = edges.reduce((a, b) => (a < b ? a : b))
  const lastNs = edges.reduce((a, b) => (a > b ? a : b))
  const days: TimeRange[] = []
  for (let startNs = floorDay(firstNs); startNs <= lastNs; startNs += DAY_NS) {
    const endNs = startNs + DAY_NS
    const { window } = options
    days.push({
      startNs: startNs < window.startNs ? window.startNs : startNs,
      endNs: endNs > window.endNs ? window.endNs : endNs,
    })
  }
  return days
}

function floorDay(ns: bigint): bigint {
  const rest = ns % DAY_NS
  return ns - rest - (rest < 0n ? DAY_NS : 0n)
}

async function exportRange(
  table: TableFields,
  range: TimeRange,
  options: ExportOptions,
  totals: ExportTotals,
): Promise<void> {
  const path = pathOf(table, range, options)
  if (path !== null && options.isResumed && existsSync(path)) {
    totals.skippedFileCount++
    return
  }
  const output =
    options.format === 'parquet' ? await openParquet(table, path!, options) : openText(table, path, options, totals)
  let rowCount = 0
  try {
    for await (const points of readRows(table, range, options)) {
      await output.write(points)
      rowCount += points.rowCount
      totals.rowCount += points.rowCount
      const details = [{ name: 'files', value: totals.fileCount }]
      options.progress.update({ phase: 'export', done: totals.rowCount, total: null, unit: 'rows', details })
    }
    // A day without rows leaves no file.
    if (rowCount === 0 && options.isDaily) return await output.abandon()
    await output.finish()
    totals.fileCount++
  } catch (error) {
    await output.abandon()
    throw error
  }
}

interface Output {
  write(points: PointColumns): Promise<void> | void
  finish(): Promise<void>
  abandon(): Promise<void>
}

async function openParquet(
  { tagKeys, fields, passes }: TableFields,
  path: string,
  { tempDir }: ExportOptions,
): Promise<Output> {
  return await ParquetOutput.open({
    path,
    tempDir,
    tagKeys,
    fields: fields.map((name) => ({ name, type: passes[0].get(name)!.type })),
  })
}

function openText(table: TableFields, path: string | null, options: ExportOptions, totals: ExportTotals): Output {
  const formatter = FORMATTERS[options.format as Exclude<ExportFormat, 'parquet'>](table)
  const file = new OutputFile(path, options.isCompressed)
  let isBegun = false
  const begin = async () => {
    if (!isBegun) await file.write(formatter.heading)
    isBegun = true
  }
  return {
    write: async (points) => {
      await begin()
      const { text, lostCount } = formatter.format(points)
      totals.lostCount += lostCount
      await file.write(text)
    },
    finish: async () => {
      await begin()
      await file.finish()
    },
    abandon: () => file.abandon(),
  }
}

async function* readRows(table: TableFields, range: TimeRange, options: ExportOptions): AsyncGenerator<PointColumns> {
  const { source, signal, where } = options
  for (const pass of table.passes) {
    const types = new Map([...pass].map(([name, { type }]) => [name, [type]]))
    const text = selectText(table, pass, range, where, ' GROUP BY *')
    yield* source.readColumns({ text, database: table.database, types, signal })
  }
}

function selectText(table: TableFields, pass: Pass, range: TimeRange, where: string, tail: string): string {
  const fields = [...pass].map(([name, { cast }]) => `${quoteName(name)}::${cast}`).join(', ')
  const lastNs = range.endNs - 1n > TIME_NS_MAX ? TIME_NS_MAX : range.endNs - 1n
  const startNs = range.startNs < -TIME_NS_MAX ? -TIME_NS_MAX : range.startNs
  const condition = where === '' ? '' : ` AND (${where})`
  return (
    `SELECT ${fields} FROM ${quoteName(table.retentionPolicy)}.${quoteName(table.measurement)} ` +
    `WHERE time >= ${startNs} AND time <= ${lastNs}${condition}${tail}`
  )
}

const ENDING = { line: 'lp', csv: 'csv', jsonl: 'jsonl', parquet: 'parquet' } as const satisfies Record<
  ExportFormat,
  string
>

function pathOf({ measurement }: ExportTable, range: TimeRange, options: ExportOptions): string | null {
  const { directory, isDaily, format, isCompressed } = options
  if (directory === null) return null
  const ending = ENDING[format] + (isCompressed && format !== 'parquet' ? '.gz' : '')
  const name = encodeURIComponent(measurement).replace(/[.*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  if (!isDaily) return join(directory, `${name}.${ending}`)
  const day = new Date(Number(floorDay(range.startNs) / 1_000_000n)).toISOString().slice(0, 10)
  return join(directory, name, `${day}.${ending}`)
}
