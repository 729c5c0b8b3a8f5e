/**
 * `npm run bench`: our server against a real influxd 1.x on this machine, by turns, on the same load and questions. Prints
 * one table and leaves every figure in bench-results/. Needs Linux and an installed `influxd`; only ever talks to servers
 * it has started itself.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rowCountOf } from './devops-load.js'
import { type LoadFile, writeLoadFile } from './load-file.js'
import { measureBackfill } from './measure-backfill.js'
import { measureBackup } from './measure-backup.js'
import { measureDisk } from './measure-disk.js'
import { measureImport } from './measure-import.js'
import { measureIngest } from './measure-ingest.js'
import { measurePoints, measureVisible } from './measure-points.js'
import { measureHotQueries, measureQueries } from './measure-queries.js'
import { measureRestart } from './measure-restart.js'
import { measureVersion } from './measure-version.js'
import { type BenchOptions, HELP, type Part, parseOptions } from './options.js'
import { killOwnChildren } from './own-children.js'
import { listFailures, type Measurements, renderReport } from './report.js'
import { hyperbyte, influxd, type ServerKind } from './server-kinds.js'

// Compiled, this file is bench-results/.compiled/run.js.
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const NEEDS_LOADED_DATA: readonly Part[] = ['ingest', 'disk', 'queries', 'restart']

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  if (options === undefined) {
    process.stdout.write(HELP)
    return 0
  }
  const workDir = mkdtempSync(join(tmpdir(), 'hyperbyte-bench-'))
  const cleanUp = () => {
    killOwnChildren()
    rmSync(workDir, { recursive: true, force: true, maxRetries: 5 })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      cleanUp()
      process.exit(1)
    })
  }
  try {
    const measured: Measurements = {}
    try {
      await measureParts(options, workDir, measured)
    } finally {
      saveResults(options, measured)
      process.stdout.write(`${renderReport(measured)}\n`)
    }
    const failures = listFailures(measured)
    for (const failure of failures) console.error(`FAILED: ${failure}`)
    return failures.length === 0 ? 0 : 1
  } finally {
    cleanUp()
  }
}

async function measureParts(options: BenchOptions, workDir: string, measured: Measurements): Promise<void> {
  const kinds = serverKinds(options)
  const has = (part: Part) => options.parts.has(part)
  const context = { ...options, workDir }
  if (NEEDS_LOADED_DATA.some(has)) {
    const load = writeLoad(options, workDir)
    announce(`ingest of ${load.rowCount} rows`)
    const ingest = await measureIngest(kinds, load, { ...context, roundCount: has('ingest') ? options.roundCount : 1 })
    if (has('ingest')) measured.ingest = ingest
    if (has('disk')) {
      announce('disk')
      measured.disk = await measureDisk(kinds, { workDir, rowCount: load.rowCount })
    }
    if (has('restart')) {
      announce('restart')
      measured.restart = await measureRestart(kinds, load, context)
    }
    if (has('queries')) {
      announce('queries')
      measured.queries = await measureQueries(kinds, context)
    }
  }
  if (has('hot')) {
    announce('queries right after a load')
    measured.hot = await measureHotQueries(kinds, writeLoad(options, workDir), context)
  }
  if (has('backup')) {
    announce(`backup of ${options.backupGibibytes} GiB`)
    const ours = kinds.at(-1)!
    measured.backup = await measureBackup(ours, { repository: REPOSITORY, workDir, gibibytes: options.backupGibibytes })
  }
  if (has('import') && !options.isSelfComparison) {
    announce(`import of ${options.importRowCount} rows`)
    measured.import = await measureImport(kinds, {
      repository: REPOSITORY,
      workDir,
      rowCount: options.importRowCount,
      roundCount: options.roundCount,
    })
  }
  if (has('backfill') && kinds.length > 1 && !options.isSelfComparison) {
    announce(`backfill of ${options.backfillRowCount} rows`)
    measured.backfill = await measureBackfill(kinds[0]!, kinds.at(-1)!, {
      ...context,
      repository: REPOSITORY,
      rowCount: options.backfillRowCount,
    })
  }
  if (has('writes')) {
    announce('single-point writes')
    measured.points = await measurePoints(kinds, context)
  }
  if (has('visible')) {
    announce('visibility')
    measured.visible = await measureVisible(kinds, context)
  }
  if (has('version') && !options.isSelfComparison) {
    announce('version')
    measured.version = await measureVersion(REPOSITORY)
  }
}

function serverKinds(options: BenchOptions): ServerKind[] {
  const ours = options.isSelfComparison
    ? influxd('influxd-again')
    : hyperbyte(REPOSITORY, options.profileDir === undefined ? undefined : resolve(options.profileDir))
  return options.isReferenceSkipped ? [ours] : [influxd('influxd'), ours]
}

function writeLoad(options: BenchOptions, workDir: string): LoadFile {
  announce(`writing ${rowCountOf(options.shape)} rows of load`)
  return writeLoadFile(join(workDir, 'load.txt'), options.shape, options.batchRowCount)
}

function saveResults(options: BenchOptions, measured: Measurements): void {
  const folder = join(REPOSITORY, 'bench-results')
  mkdirSync(folder, { recursive: true })
  const at = new Date().toISOString()
  const machine = { cpu: cpus()[0]?.model, cpuCount: cpus().length, load: loadavg(), node: process.version }
  const results = { at, machine, options: { ...options, parts: [...options.parts] }, measured }
  const path = join(folder, `${at.replaceAll(':', '-')}.json`)
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`)
  console.error(`results: ${path}`)
}

function announce(step: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${step}`)
}

process.exitCode = await main()
