/** Where the series are. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { isWantedTable, tableFlags } from '../../cli/debug/table-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { exitCode } from '../../cli/exit-codes.js'
import { targetFlags } from '../../cli/open-target.js'
import type { DebugCardinality as Cardinality } from '../../client/debug-documents.js'

export default class DebugCardinality extends BaseCommand {
  static override summary = 'Find the measurements and tags with the most series'
  static override description = `EXIT CODES
  0 done   4 server unreachable   5 not an admin   8 with --simulate-limit: a database would be above it
  9 a server holds the data directory`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --top 10',
    '<%= config.bin %> <%= command.id %> --by tag --db telegraf',
    '<%= config.bin %> <%= command.id %> --simulate-limit 100000',
  ]
  static override flags = {
    ...targetFlags,
    db: tableFlags.db,
    measurement: tableFlags.measurement,
    top: Flags.integer({ default: 20, min: 1, helpValue: 'N', summary: 'Print so many.' }),
    by: Flags.option({ options: ['measurement', 'tag'] as const })({
      default: 'measurement' as const,
      summary: 'What to count: series of measurements, or values of tags.',
    }),
    'simulate-limit': Flags.integer({
      min: 1,
      helpValue: 'N',
      summary: 'Say which databases would be above a max-series-per-database of N.',
    }),
  }

  async run() {
    const { flags } = await this.parse(DebugCardinality)
    const document = await withDebugSource(flags, (source) => source.ask('cardinality'))
    const all = document.measurements.filter((each) => isWantedTable(flags, each))
    const measurements = [...all].sort((a, b) => b.series - a.series)
    this.log(flags.by === 'tag' ? renderTags(all, flags.top) : renderMeasurements(measurements, flags.top))
    const above = flags['simulate-limit'] === undefined ? null : databasesAbove(all, flags['simulate-limit'])
    for (const { database, series } of above ?? []) this.log(`✗ ${database} has ${series} series`)
    if (above !== null && above.length > 0) process.exitCode = exitCode('mismatch')
    return { schema: 'hyperbyte.debug.cardinality/1', measurements, above_limit: above }
  }
}

function renderMeasurements(measurements: readonly Cardinality[], count: number): string {
  const rows = measurements.slice(0, count).map(({ database, measurement, series, tags }) => {
    const [widest] = [...tags].sort((a, b) => b.values - a.values)
    return [String(series), database, measurement, widest === undefined ? '' : `${widest.key} (${widest.values})`]
  })
  return textColumns(['#SERIES', 'DATABASE', 'MEASUREMENT', 'WIDEST TAG'], rows)
}

function renderTags(measurements: readonly Cardinality[], count: number): string {
  const rows = measurements
    .flatMap(({ database, measurement, tags }) =>
      tags.map(({ key, values }) => ({ database, measurement, key, values })),
    )
    .sort((a, b) => b.values - a.values)
    .slice(0, count)
    .map(({ database, measurement, key, values }) => [String(values), key, measurement, database])
  return textColumns(['#VALUES', 'TAG', 'MEASUREMENT', 'DATABASE'], rows)
}

function databasesAbove(measurements: readonly Cardinality[], limit: number) {
  const counts = new Map<string, number>()
  for (const { database, series } of measurements) counts.set(database, (counts.get(database) ?? 0) + series)
  return [...counts].filter(([, series]) => series > limit).map(([database, series]) => ({ database, series }))
}
