/** Where the series are, and where they come from. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { tableFlags, tableParams } from '../../cli/debug/table-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { exitCode } from '../../cli/exit-codes.js'
import { type ListOptions, listShapeFlags, listShapeOf } from '../../cli/list-table.js'
import { targetFlags } from '../../cli/open-target.js'
import { formatSeconds } from '../../cli/progress/format-quantity.js'
import type { DebugCardinality as Cardinality, DebugDocuments } from '../../client/debug-documents.js'

const SORTS = {
  series: (a, b) => b.series - a.series,
  new: (a, b) => (b.created ?? 0) - (a.created ?? 0) || b.series - a.series,
} satisfies Record<string, (a: Cardinality, b: Cardinality) => number>

export default class DebugCardinality extends BaseCommand {
  static override summary = 'Find the measurements, tags and values with the most series, and who makes them'
  static override description =
    `A running server counts the series that are new, hour by hour, and who wrote them (as USER@ADDRESS); it begins anew when it starts, and the output says since when it has counted. A series that was dropped and came again is counted twice.

EXIT CODES
  0 done   4 server unreachable   5 not an admin   6 no such database
  8 with --simulate-limit: a database would be above it   9 a server holds the data directory`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --top 10 --sort new',
    '<%= config.bin %> <%= command.id %> --by tag --db telegraf',
    '<%= config.bin %> <%= command.id %> --simulate-limit 100000',
  ]
  static override flags = {
    ...targetFlags,
    db: tableFlags.db,
    measurement: tableFlags.measurement,
    top: Flags.integer({ default: 20, min: 1, helpValue: 'N', summary: 'Print so many.' }),
    by: Flags.option({ options: ['measurement', 'tag', 'value'] as const })({
      default: 'measurement' as const,
      summary: 'What to count: series of measurements, values of tags, or series of tag values.',
    }),
    sort: Flags.option({ options: ['series', 'new'] as const })({
      default: 'series' as const,
      summary: 'Which measurements come first: those with most series, or with most new ones.',
    }),
    ...listShapeFlags,
    'simulate-limit': Flags.integer({
      min: 1,
      exclusive: ['measurement'],
      helpValue: 'N',
      summary: 'Say which databases would be above a max-series-per-database of N.',
    }),
  }

  async run() {
    const { flags } = await this.parse(DebugCardinality)
    const params = { ...tableParams(flags), ...(flags.by === 'value' && { values: String(flags.top) }) }
    const document = await withDebugSource(flags, (source) => source.ask('cardinality', params))
    const measurements = [...document.measurements].sort(SORTS[flags.sort])
    this.log(RENDER[flags.by]({ ...document, measurements }, { ...listShapeOf(flags), top: flags.top }))
    const limit = flags['simulate-limit']
    const above = limit === undefined ? null : databasesAbove(measurements, limit)
    if (above !== null) this.log(renderAbove(above, limit!))
    if (above !== null && above.length > 0) process.exitCode = exitCode('mismatch')
    return { schema: 'hyperbyte.debug.cardinality/1', since: document.since, measurements, above_limit: above }
  }
}

type Document = DebugDocuments['cardinality']

const RENDER = {
  measurement: renderMeasurements,
  tag: ({ measurements }, options) => renderTags(measurements, options),
  value: ({ measurements }, options) => renderValues(measurements, options),
} satisfies Record<string, (document: Document, options: TableOptions) => string>

interface TableOptions extends ListOptions {
  readonly top: number
}

function renderMeasurements({ measurements, since }: Document, options: TableOptions): string {
  const rows = measurements.slice(0, options.top).map(({ database, measurement, series, tags, created, writers }) => {
    const [widest] = [...tags].sort((a, b) => b.values - a.values)
    return [
      String(series),
      created === null ? '–' : `+${created}`,
      database,
      measurement,
      widest === undefined ? '' : `${widest.key} (${widest.values})`,
      describeWriters(writers),
    ]
  })
  const heading = ['#SERIES', '#NEW', 'DATABASE', 'MEASUREMENT', 'WIDEST TAG', 'WRITTEN BY']
  return `${textColumns(heading, rows, options)}\n${describeSpan(since)}`
}

const SHOWN_WRITER_COUNT = 2

function describeWriters(writers: Cardinality['writers']): string {
  const shown = writers.slice(0, SHOWN_WRITER_COUNT).map(({ client, created }) => {
    const name = client === '' ? 'SELECT INTO' : client
    return created === 0 ? name : `${name} (+${created})`
  })
  const more = writers.length - shown.length
  return more > 0 ? `${shown.join(', ')}, ${more} more` : shown.join(', ')
}

function describeSpan(since: string | null): string {
  if (since === null) return 'new series and who wrote them are known to a running server only'
  const seconds = (Date.now() - Date.parse(since)) / 1000
  return `new: in the last ${formatSeconds(seconds)}; written by: since the server started`
}

function renderTags(measurements: readonly Cardinality[], options: TableOptions): string {
  const rows = measurements
    .flatMap(({ database, measurement, tags }) =>
      tags.map(({ key, values }) => ({ database, measurement, key, values })),
    )
    .sort((a, b) => b.values - a.values)
    .slice(0, options.top)
    .map(({ database, measurement, key, values }) => [String(values), key, measurement, database])
  return textColumns(['#VALUES', 'TAG', 'MEASUREMENT', 'DATABASE'], rows, options)
}

function renderValues(measurements: readonly Cardinality[], options: TableOptions): string {
  const rows = measurements
    .flatMap(({ database, measurement, top_values }) =>
      (top_values ?? []).map((value) => ({ database, measurement, ...value })),
    )
    .sort((a, b) => b.series - a.series)
    .slice(0, options.top)
    .map(({ database, measurement, key, value, series }) => [String(series), `${key}=${value}`, measurement, database])
  return textColumns(['#SERIES', 'TAG VALUE', 'MEASUREMENT', 'DATABASE'], rows, options)
}

interface DatabaseAbove {
  readonly database: string
  readonly series: number
}

function databasesAbove(measurements: readonly Cardinality[], limit: number): DatabaseAbove[] {
  const counts = new Map<string, number>()
  for (const { database, series } of measurements) counts.set(database, (counts.get(database) ?? 0) + series)
  return [...counts].filter(([, series]) => series > limit).map(([database, series]) => ({ database, series }))
}

function renderAbove(above: readonly DatabaseAbove[], limit: number): string {
  if (above.length === 0) return `✓ no database has more than ${limit} series`
  return above.map(({ database, series }) => `✗ ${database} has ${series} series, more than ${limit}`).join('\n')
}
