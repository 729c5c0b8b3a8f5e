/** Turns measurements into the table people read: the figure that is asked for beside the figure that was measured. */
import type { BackfillResult } from './measure-backfill.js'
import type { BackupResult } from './measure-backup.js'
import type { DiskResult } from './measure-disk.js'
import type { ImportResult } from './measure-import.js'
import type { IngestResult } from './measure-ingest.js'
import type { PointResult, VisibleResult } from './measure-points.js'
import type { QueryResult } from './measure-queries.js'
import type { RestartResult } from './measure-restart.js'
import type { VersionResult } from './measure-version.js'
import { geometricMean, median } from './statistics.js'

/** Every list holds the reference first and ours last; with one server it holds ours alone. */
export type Measurements = {
  ingest?: IngestResult[]
  disk?: DiskResult[]
  queries?: QueryResult
  hot?: QueryResult
  restart?: RestartResult[]
  points?: PointResult[]
  visible?: VisibleResult[]
  version?: VersionResult
  backup?: BackupResult
  import?: ImportResult
  backfill?: BackfillResult
}

type Row = { what: string; reference: string; ours: string; ratio: number | undefined; asked: Asked | undefined }
type Asked = { text: string; isMet: boolean }

const FAMILY_SPEEDUPS: Record<string, number> = {
  'double-groupby-all': 5,
  'groupby-orderby-limit': 5,
  'count-one-field': 5,
  'count-all-fields': 5,
}

export function renderReport(measured: Measurements): string {
  const rows = [
    ...ingestRows(measured.ingest),
    ...pointRows(measured.points, measured.visible),
    ...queryRows(measured.queries, ''),
    ...queryRows(measured.hot, 'hot: '),
    ...diskRows(measured.disk),
    ...restartRows(measured.restart),
    ...versionRows(measured.version),
    ...backupRows(measured.backup),
    ...importRows(measured.import),
    ...backfillRows(measured.backfill),
  ]
  const cells = rows.map(({ what, reference, ours, ratio, asked }) => [
    what,
    reference,
    ours,
    ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
    asked?.text ?? '',
    asked === undefined ? '' : asked.isMet ? 'yes' : 'NO',
  ])
  return markdownTable([['what', 'influxd', 'ours', 'ratio', 'asked for', 'met'], ...cells])
}

/** What must never happen in a benchmark run: answers that differ, points that are missing. */
export function listFailures(measured: Measurements): string[] {
  return [
    ...[measured.queries, measured.hot]
      .flatMap((queries) => queries?.families ?? [])
      .flatMap(({ family, differences }) =>
        differences.map((difference) => `${family}: the answers differ\n    ${difference}`),
      ),
    ...(measured.visible ?? [])
      .filter(({ visible, written }) => visible < written)
      .map(({ server, visible, written }) => `${server}: ${written - visible} points were not visible after their 204`),
  ]
}

function ingestRows(results: IngestResult[] | undefined): Row[] {
  if (results === undefined) return []
  const of = (pick: (round: IngestResult['rounds'][number]) => number) =>
    results.map(({ rounds }) => median(rounds.map(pick)))
  const ours = results.at(-1)!
  const peakRss = results.map(({ rounds }) => Math.max(...rounds.map((round) => round.peakRssBytes)))
  const rows = [
    faster(
      'ingest, rows/s',
      of((round) => round.rowsPerSecond),
      rate,
      2.5,
    ),
    faster(
      'ingest with clean stop, rows/s',
      of((round) => round.rowsPerSecondWithStop),
      rate,
      undefined,
    ),
    limited(
      'peak RSS during load, MiB',
      peakRss.map((bytes) => bytes / 2 ** 20),
      whole,
      1024,
    ),
    limited(
      'CPU time of the load, s',
      of((round) => round.cpuSeconds),
      tenth,
    ),
    limited(
      'write of 5000 lines p50, ms',
      of((round) => round.writeMs.median),
      tenth,
    ),
    limited(
      'write of 5000 lines p99, ms',
      of((round) => round.writeMs.p99),
      tenth,
    ),
    limited(
      'ping while loading p50, ms',
      of((round) => round.pingMs.median),
      tenth,
    ),
    limited(
      'ping while loading p99, ms',
      of((round) => round.pingMs.p99),
      tenth,
    ),
    limited(
      'ping while loading max, ms',
      of((round) => round.pingMs.max),
      tenth,
    ),
  ]
  if (ours.rounds[0]!.stalls === undefined) return rows
  const stall = (pick: 'p50Ms' | 'p99Ms' | 'maxMs') => [median(ours.rounds.map(({ stalls }) => stalls![pick]))]
  return [
    ...rows,
    limited('event loop stall p50, ms', stall('p50Ms'), tenth),
    limited('event loop stall p99, ms', stall('p99Ms'), tenth, 20),
    limited('event loop stall max, ms', stall('maxMs'), tenth),
  ]
}

function pointRows(points: PointResult[] | undefined, visible: VisibleResult[] | undefined): Row[] {
  const rows: Row[] = []
  if (points !== undefined) {
    rows.push(
      faster(
        'single-point writes over 64 connections, 1/s',
        points.map((result) => result.requestsPerSecond),
        rate,
        1,
      ),
      limited(
        'single-point write p99, ms',
        points.map((result) => result.latencyMs.p99),
        tenth,
      ),
    )
  }
  if (visible !== undefined) {
    const missing = visible.map((result) => result.written - result.visible)
    rows.push(
      limited(`of ${visible[0]!.written} points, not visible after their 204`, missing, whole, 0),
      limited(
        'write one point and query it, median ms',
        visible.map((result) => result.writeAndQueryMs.median),
        hundredth,
      ),
    )
  }
  return rows
}

function queryRows(queries: QueryResult | undefined, prefix: string): Row[] {
  if (queries === undefined) return []
  const { families, peakRssBytes } = queries
  const rows = families.map(({ family, ms }) => {
    const medians = ms.map((spread) => spread.median)
    return shorter(`${prefix}${family}, ms`, medians, FAMILY_SPEEDUPS[family] ?? 0.5)
  })
  const peakRow = limited(
    `${prefix}peak RSS during queries, MiB`,
    peakRssBytes.map((bytes) => bytes / 2 ** 20),
    whole,
    1024,
  )
  if (families[0]!.ms.length < 2) return [...rows, peakRow]
  const mean = geometricMean(
    families.filter(({ isSuiteFamily }) => isSuiteFamily).map(({ ms }) => ms[0]!.median / ms.at(-1)!.median),
  )
  return [
    ...rows,
    {
      what: `${prefix}geometric mean of the fifteen families`,
      reference: '',
      ours: '',
      ratio: mean,
      asked: { text: '>= 2.5x', isMet: mean >= 2.5 },
    },
    peakRow,
  ]
}

function diskRows(results: DiskResult[] | undefined): Row[] {
  if (results === undefined) return []
  const settled = results.map((result) => result.bytesPerRow)
  const ratio = ratioOf(settled[0]!, settled.at(-1)!, settled.length)
  return [
    limited(
      'bytes/row after load and stop',
      results.map((result) => result.bytesPerRowAfterLoad),
      hundredth,
    ),
    {
      ...limited('bytes/row after compaction', settled, hundredth),
      asked: ratio === undefined ? undefined : { text: '<= 1.2x of influxd', isMet: 1 / ratio <= 1.2 },
    },
  ]
}

function restartRows(results: RestartResult[] | undefined): Row[] {
  if (results === undefined) return []
  const rows = results[0]!.walRowCount
  return [
    limited(
      'restart after clean stop to ping, ms',
      results.map(({ clean }) => clean.readyMs),
      whole,
      2000,
    ),
    limited(
      'restart after clean stop to answer, ms',
      results.map(({ clean }) => clean.answerMs),
      whole,
    ),
    limited(
      `restart after kill -9, ${rows} rows, to ping, ms`,
      results.map(({ afterKill }) => afterKill.readyMs),
      whole,
      6000,
    ),
    limited(
      `restart after kill -9, ${rows} rows, to answer, ms`,
      results.map(({ afterKill }) => afterKill.answerMs),
      whole,
    ),
  ]
}

function backupRows(backup: BackupResult | undefined): Row[] {
  if (backup === undefined) return []
  const row = (what: string, ours: string, asked?: Asked): Row => ({
    what,
    reference: '',
    ours,
    ratio: undefined,
    asked,
  })
  const speed = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB/s`
  const { loaded } = backup
  const share = backup.backupBytesPerSecond / backup.cpBytesPerSecond
  const loadedShare = loaded.backupBytesPerSecond / loaded.cpBytesPerSecond
  const restoreShare = backup.restoreBytesPerSecond / backup.cpBytesPerSecond
  const slowed = (rowsPerSecond: number): number => 1 - rowsPerSecond / loaded.ingestRowsPerSecond
  const slowdown = slowed(loaded.ingestRowsPerSecondDuringBackup)
  const asked = (value: number) => ({ text: '>= 60 %', isMet: value >= 0.6 })
  return [
    row(`cp of ${(backup.dataBytes / 2 ** 20).toFixed(0)} MiB and sync`, speed(backup.cpBytesPerSecond)),
    row('backup, nothing read back', speed(backup.unverifiedBytesPerSecond)),
    row('backup', speed(backup.backupBytesPerSecond)),
    row('backup against cp', percent(share), asked(share)),
    row('second backup, 1 % new, s', backup.secondBackupSeconds.toFixed(1)),
    row('second backup, added', `${(backup.secondBackupBytes / 2 ** 20).toFixed(0)} MiB`),
    row('restore', speed(backup.restoreBytesPerSecond)),
    row('restore against cp', percent(restoreShare), asked(restoreShare)),
    row('ingest at 300 k rows/s', rate(loaded.ingestRowsPerSecond)),
    row('ingest during cp', rate(loaded.ingestRowsPerSecondDuringCp)),
    row('ingest during a backup', rate(loaded.ingestRowsPerSecondDuringBackup)),
    row('ingest slowed by cp', percent(slowed(loaded.ingestRowsPerSecondDuringCp))),
    row('ingest slowed by a backup', percent(slowdown), { text: '<= 20 %', isMet: slowdown <= 0.2 }),
    row('cp during ingest', speed(loaded.cpBytesPerSecond)),
    row('backup during ingest', speed(loaded.backupBytesPerSecond)),
    row('backup against cp, both during ingest', percent(loadedShare), asked(loadedShare)),
  ]
}

const FULL_IMPORT_ROWS = 1_250_000

function importRows(result: ImportResult | undefined): Row[] {
  if (result === undefined) return []
  const ours = (what: string, value: number): Row => ({
    ...figures(what, [value], rate),
    ratio: undefined,
    asked: undefined,
  })
  const direct = result.parquetIntoDirectoryRowsPerSecond
  const overHttp = result.parquetOverHttpRowsPerSecond
  // Of fewer rows it is the start of the command that is measured.
  const isFull = result.rowCount >= FULL_IMPORT_ROWS
  return [
    {
      ...ours(`Parquet, ${rate(result.rowCount)} rows of 20 columns, into a directory, rows/s`, direct),
      asked: isFull ? askRate(direct, 500_000) : undefined,
    },
    {
      ...faster('Parquet over HTTP, rows/s', overHttp, rate, undefined),
      asked: isFull ? askRate(overHttp.at(-1)!, 150_000) : undefined,
    },
    ours('line protocol into a directory, lines/s', result.linesIntoDirectoryPerSecond),
    ours('line protocol into a directory, values/s', result.lineValuesIntoDirectoryPerSecond),
  ]
}

/** The reference is influxd read without anything done to the rows. */
function backfillRows(result: BackfillResult | undefined): Row[] {
  if (result === undefined) return []
  const { readRowsPerSecond, overHttpRowsPerSecond, overHttpIntoFilesRowsPerSecond, intoDirectoryRowsPerSecond } =
    result
  const against = (what: string, value: number) => faster(what, [readRowsPerSecond, value], rate, undefined)
  return [
    against(
      `backfill of ${rate(result.rowCount)} rows over HTTP, against reading alone, rows/s`,
      overHttpRowsPerSecond,
    ),
    against('the same until the server has it in files, rows/s', overHttpIntoFilesRowsPerSecond),
    against('backfill into a directory, against reading alone, rows/s', intoDirectoryRowsPerSecond),
  ]
}

function askRate(value: number, min: number): Asked {
  return { text: `>= ${rate(min)}`, isMet: value >= min }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}

function versionRows(version: VersionResult | undefined): Row[] {
  if (version === undefined) return []
  return [
    limited('hyperbyte --version, median ms', [version.versionMs.median], whole, 200),
    limited('node -e 0, median ms', [version.emptyNodeMs.median], whole),
  ]
}

type Format = (value: number) => string

/** A rate: the ratio is ours to the reference, and at least `minRatio` is asked for. */
function faster(what: string, values: number[], format: Format, minRatio: number | undefined): Row {
  const ratio = ratioOf(values.at(-1)!, values[0]!, values.length)
  return { ...figures(what, values, format), ratio, asked: askRatio(ratio, minRatio) }
}

/** A duration: the ratio is the reference to ours, and at least `minRatio` is asked for. */
function shorter(what: string, values: number[], minRatio: number | undefined): Row {
  const ratio = ratioOf(values[0]!, values.at(-1)!, values.length)
  return { ...figures(what, values, hundredth), ratio, asked: askRatio(ratio, minRatio) }
}

/** A cost: the ratio is the reference to ours, and ours may be at most `limit`. */
function limited(what: string, values: number[], format: Format, limit?: number): Row {
  const ours = values.at(-1)!
  return {
    ...figures(what, values, format),
    ratio: ratioOf(values[0]!, ours, values.length),
    asked: limit === undefined ? undefined : { text: `<= ${limit}`, isMet: ours <= limit },
  }
}

function figures(what: string, values: number[], format: Format): Omit<Row, 'ratio' | 'asked'> {
  return { what, reference: values.length > 1 ? format(values[0]!) : '', ours: format(values.at(-1)!) }
}

function ratioOf(numerator: number, denominator: number, serverCount: number): number | undefined {
  return serverCount < 2 || denominator === 0 ? undefined : numerator / denominator
}

function askRatio(ratio: number | undefined, minRatio: number | undefined): Asked | undefined {
  if (minRatio === undefined || ratio === undefined) return undefined
  return { text: `>= ${minRatio}x`, isMet: ratio >= minRatio }
}

const rate: Format = (value) => Math.round(value).toLocaleString('en-US')
const whole: Format = (value) => value.toFixed(0)
const tenth: Format = (value) => value.toFixed(1)
const hundredth: Format = (value) => value.toFixed(2)

function markdownTable(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (i === 0 ? `:${'-'.repeat(width + 1)}` : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n')
}
