/**
 * `hyperbyte backfill` from end to end, its start counted: the same rows read from influxd and thrown away, copied into a
 * running server of ours, and copied into a data directory. The first is the most that the other two could reach.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BenchServer, DATABASE } from './bench-server.js'
import { getHead, queryPath } from './http-connection.js'
import { writeLoadFile } from './load-file.js'
import { sendLoad, startEmpty } from './measure-ingest.js'
import type { ServerKind } from './server-kinds.js'
import { median } from './statistics.js'
import { timeCommand } from './time-command.js'

export type BackfillResult = {
  rowCount: number
  /** Medians of the rounds. */
  readRowsPerSecond: number
  overHttpRowsPerSecond: number
  /** The same until the server has put all of it into files, as a data directory has at the end of the command. */
  overHttpIntoFilesRowsPerSecond: number
  intoDirectoryRowsPerSecond: number
}

export type BackfillOptions = {
  repository: string
  workDir: string
  rowCount: number
  roundCount: number
  batchRowCount: number
  connectionCount: number
}

const HOST_COUNT = 100
const ROWS_PER_HOUR = 360
const READ = '&chunked=true&chunk_size=10000&epoch=ns'

export async function measureBackfill(
  source: ServerKind,
  ours: ServerKind,
  options: BackfillOptions,
): Promise<BackfillResult> {
  const { repository, workDir, rowCount, roundCount, batchRowCount, connectionCount } = options
  const folder = join(workDir, 'backfill')
  mkdirSync(folder, { recursive: true })
  const shape = { hostCount: HOST_COUNT, hours: rowCount / HOST_COUNT / ROWS_PER_HOUR, seed: 1 }
  const load = writeLoadFile(join(folder, 'load.txt'), shape, batchRowCount)
  const influxd = await startEmpty(source, join(folder, 'source'))
  await sendLoad(influxd, load, connectionCount)
  const from = ['backfill', 'run', '--source', `http://127.0.0.1:${influxd.port}`, '--database', DATABASE, '--quiet']
  const read: number[] = []
  const overHttp: number[] = []
  const overHttpIntoFiles: number[] = []
  const intoDirectory: number[] = []
  for (let round = 0; round < roundCount; round++) {
    read.push(await timeReading(influxd))

    const target = join(folder, 'target')
    const state = ['--state', join(target, 'state')]
    const server = await BenchServer.start(ours, target)
    const host = ['--host', `http://127.0.0.1:${server.port}`]
    const seconds = await timeCommand(repository, [...from, ...host, ...state])
    overHttp.push(seconds)
    await checkRowCount(server, load.rowCount)
    const stopStartMs = performance.now()
    await server.stop()
    overHttpIntoFiles.push(seconds + (performance.now() - stopStartMs) / 1000)
    rmSync(target, { recursive: true })

    mkdirSync(target)
    intoDirectory.push(await timeCommand(repository, [...from, '--data-dir', join(target, 'data'), ...state]))
    const reopened = await BenchServer.start(ours, target)
    await checkRowCount(reopened, load.rowCount)
    await reopened.stop()
    rmSync(target, { recursive: true })
  }
  await influxd.stop()
  rmSync(folder, { recursive: true })
  return {
    rowCount: load.rowCount,
    readRowsPerSecond: load.rowCount / median(read),
    overHttpRowsPerSecond: load.rowCount / median(overHttp),
    overHttpIntoFilesRowsPerSecond: load.rowCount / median(overHttpIntoFiles),
    intoDirectoryRowsPerSecond: load.rowCount / median(intoDirectory),
  }
}

/** Everything in chunks, as a backfill asks for it, thrown away as it comes. */
async function timeReading(server: BenchServer): Promise<number> {
  const startMs = performance.now()
  const path = `${queryPath(DATABASE, 'SELECT * FROM cpu GROUP BY *')}${READ}`
  const { status } = await server.request(getHead(path), { isBodyKept: false })
  if (status !== 200) throw new Error(`${server.kind.name}: reading answered ${status}`)
  return (performance.now() - startMs) / 1000
}

async function checkRowCount(server: BenchServer, rowCount: number): Promise<void> {
  const { body } = await server.query('SELECT count(usage_user) FROM cpu')
  if (!body.includes(`,${rowCount}]`)) throw new Error(`${server.kind.name}: not ${rowCount} rows: ${body}`)
}
