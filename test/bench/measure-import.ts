/**
 * `hyperbyte import` from end to end, its start counted: a Parquet file of twenty columns into a data directory and into
 * each server, and an export of line protocol into a data directory. Every round begins with an empty folder, and a row
 * that is missing afterwards is an error.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { BenchServer, DATABASE } from './bench-server.js'
import { startEmpty } from './measure-ingest.js'
import type { ServerKind } from './server-kinds.js'
import { median } from './statistics.js'
import { timeCommand } from './time-command.js'

export type ImportResult = {
  rowCount: number
  /** Medians of the rounds. */
  parquetIntoDirectoryRowsPerSecond: number
  /** Reference first, ours last. */
  parquetOverHttpRowsPerSecond: number[]
  linesIntoDirectoryPerSecond: number
  lineValuesIntoDirectoryPerSecond: number
}

export type ImportOptions = { repository: string; workDir: string; rowCount: number; roundCount: number }

const MEASUREMENT = 'machines'
const FLOAT_COUNT = 13
const INTEGER_COUNT = 4
const FIELD_COUNT = FLOAT_COUNT + INTEGER_COUNT
const HOST_COUNT = 1000

export async function measureImport(kinds: readonly ServerKind[], options: ImportOptions): Promise<ImportResult> {
  const { repository, workDir, rowCount, roundCount } = options
  const ours = kinds.at(-1)!
  const folder = join(workDir, 'import')
  mkdirSync(folder, { recursive: true })
  const parquet = join(folder, `${MEASUREMENT}.parquet`)
  await writeParquet(parquet, rowCount)
  const tagFlags = ['--tags', 'host,region', '--database', DATABASE, '--quiet']
  const direct: number[] = []
  const overHttp = kinds.map((): number[] => [])
  const lines: number[] = []
  for (let round = 0; round < roundCount; round++) {
    const directory = join(folder, 'directory')
    direct.push(await timeIntoDirectory(ours, directory, options, [parquet, ...tagFlags]))
    if (round === 0) {
      const place = ['--data-dir', join(directory, 'data'), '--database', DATABASE]
      await timeCommand(repository, ['export', ...place, '--out', join(folder, 'lines'), '--quiet'])
    }
    rmSync(directory, { recursive: true })
    for (const [which, kind] of kinds.entries()) {
      overHttp[which]!.push(await timeOverHttp(kind, join(folder, kind.name), options, [parquet, ...tagFlags]))
    }
    const files = readdirSync(join(folder, 'lines')).map((name) => join(folder, 'lines', name))
    lines.push(await timeIntoDirectory(ours, directory, options, [...files, '--format', 'influx-export', '--quiet']))
    rmSync(directory, { recursive: true })
  }
  rmSync(folder, { recursive: true })
  const linesPerSecond = rowCount / median(lines)
  return {
    rowCount,
    parquetIntoDirectoryRowsPerSecond: rowCount / median(direct),
    parquetOverHttpRowsPerSecond: overHttp.map((seconds) => rowCount / median(seconds)),
    linesIntoDirectoryPerSecond: linesPerSecond,
    lineValuesIntoDirectoryPerSecond: linesPerSecond * FIELD_COUNT,
  }
}

async function timeIntoDirectory(
  kind: ServerKind,
  folder: string,
  { repository, rowCount }: ImportOptions,
  args: readonly string[],
): Promise<number> {
  const created = await startEmpty(kind, folder)
  await created.stop()
  const seconds = await timeCommand(repository, ['import', ...args, '--data-dir', created.dataDir])
  const server = await BenchServer.start(kind, folder)
  await checkRowCount(server, rowCount)
  await server.stop()
  return seconds
}

async function timeOverHttp(
  kind: ServerKind,
  folder: string,
  { repository, rowCount }: ImportOptions,
  args: readonly string[],
): Promise<number> {
  const server = await startEmpty(kind, folder)
  const seconds = await timeCommand(repository, ['import', ...args, '--host', `http://127.0.0.1:${server.port}`])
  await checkRowCount(server, rowCount)
  await server.stop()
  rmSync(folder, { recursive: true })
  return seconds
}

async function checkRowCount(server: BenchServer, rowCount: number): Promise<void> {
  const { body } = await server.query(`SELECT count(f0) FROM ${MEASUREMENT}`)
  if (!body.includes(`,${rowCount}]`)) throw new Error(`${server.kind.name}: not ${rowCount} rows: ${body}`)
}

/** Each timestamp has all hosts, as a file has that was written as the rows came. */
async function writeParquet(path: string, rowCount: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const fields = [
    ...Array.from({ length: FLOAT_COUNT }, (_, i) => `round(50 + 30 * sin(r / ${100 + i}.0) + random(), 3) AS f${i}`),
    ...Array.from({ length: INTEGER_COUNT }, (_, i) => `(hash(r * ${i + 3}) % 1000)::BIGINT AS i${i}`),
  ]
  await connection.run('SELECT setseed(0.5)')
  await connection.run(
    `COPY (SELECT make_timestamp(1700000000000000 + (r // ${HOST_COUNT}) * 10000000) AS time, ` +
      `'host_' || (r % ${HOST_COUNT}) AS host, 'region_' || (r % 10) AS region, ${fields.join(', ')} ` +
      `FROM range(${rowCount}) AS t(r)) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
}
