/**
 * Backup and restore of our server: speed against `cp` of the same files, both while it takes 300 k rows a second as well,
 * what either costs the writers, the second backup after one per cent of new data, and a restore. Only on request: it
 * writes gigabytes.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BenchServer, DATABASE } from './bench-server.js'
import { diskUsageOf } from './disk-usage.js'
import { HttpConnection, postHead } from './http-connection.js'
import { ownChild } from './own-children.js'
import { SeededRandom } from './seeded-random.js'
import type { ServerKind } from './server-kinds.js'

export type BackupResult = {
  dataBytes: number
  cpBytesPerSecond: number
  backupBytesPerSecond: number
  /** The same without reading back what was written. */
  unverifiedBytesPerSecond: number
  secondBackupSeconds: number
  secondBackupBytes: number
  restoreBytesPerSecond: number
  /** While rows come in. */
  loaded: {
    cpBytesPerSecond: number
    backupBytesPerSecond: number
    ingestRowsPerSecond: number
    ingestRowsPerSecondDuringCp: number
    ingestRowsPerSecondDuringBackup: number
  }
}

const BATCH_ROWS = 5000
const ROWS_PER_SECOND = 300_000
const FIELD_COUNT = 10
/** A request of noise is about two megabytes. */
const NOISE_LINES = 256
const NOISE_BYTES = 6000
const VALUE_DIGITS = 15
const DIGIT_COUNT = 1_000_000
const INGEST_MS = 10_000
const CONNECTION_COUNT = 2
const START_NS = 1_600_000_000_000_000_000n

type LoadedRun = { rowsPerSecond: number; seconds: number }

export async function measureBackup(
  kind: ServerKind,
  { repository, workDir, gibibytes }: { repository: string; workDir: string; gibibytes: number },
): Promise<BackupResult> {
  const folder = join(workDir, 'backup')
  const repo = join(folder, 'repo')
  const bin = join(repository, 'bin/run.js')
  mkdirSync(folder, { recursive: true })
  let server = await BenchServer.start(kind, folder)
  await server.execute(`CREATE DATABASE ${DATABASE}`)
  const writer = new RandomWriter(server.port)
  await writer.writeNoise(gibibytes * 2 ** 30)
  // A stop brings everything into files.
  await server.stop()
  const dataBytes = diskUsageOf(join(server.dataDir, 'data')).bytes
  // By links of their own: a merge may take the names away while the loaded server runs.
  const linked = join(folder, 'linked')
  await runAside('cp', ['-rl', join(server.dataDir, 'data'), linked])
  const copy = join(folder, 'copy')
  const copyFiles = async (): Promise<void> => {
    await runAside('cp', ['-r', linked, copy])
    await runAside('sync', ['-f', folder])
  }
  const cpSeconds = await timed(copyFiles)
  rmSync(copy, { recursive: true })

  server = await BenchServer.start(kind, folder)
  const host = ['--host', `http://127.0.0.1:${server.port}`, '--quiet']
  const backup = (repo: string, ...more: string[]) =>
    runAside(process.execPath, [bin, 'backup', '--repo', repo, ...host, ...more])
  const unverifiedSeconds = await timed(() => backup(`${repo}-unverified`, '--verify', 'none'))
  rmSync(`${repo}-unverified`, { recursive: true })
  const backupSeconds = await timed(() => backup(repo))

  const loader = new RandomWriter(server.port)
  const alone = await loader.writeFor(INGEST_MS)
  const duringCp = await loader.writeWhile(copyFiles)
  rmSync(copy, { recursive: true })
  const duringBackup = await loader.writeWhile(() => backup(`${repo}-loaded`))
  const loadedBackupBytes = diskUsageOf(`${repo}-loaded`).bytes
  rmSync(`${repo}-loaded`, { recursive: true })

  await backup(repo)
  await loader.writeNoise((gibibytes * 2 ** 30) / 100)
  const beforeBytes = diskUsageOf(repo).bytes
  const secondBackupSeconds = await timed(() => backup(repo))
  const secondBackupBytes = diskUsageOf(repo).bytes - beforeBytes
  await server.stop()
  const restoredDir = join(folder, 'restored')
  const restoreSeconds = await timed(() =>
    runAside(process.execPath, [bin, 'restore', '--repo', repo, '--into', restoredDir, '--quiet']),
  )
  const restoredBytes = diskUsageOf(join(restoredDir, 'data')).bytes
  rmSync(folder, { recursive: true })
  return {
    dataBytes,
    cpBytesPerSecond: dataBytes / cpSeconds,
    backupBytesPerSecond: dataBytes / backupSeconds,
    unverifiedBytesPerSecond: dataBytes / unverifiedSeconds,
    secondBackupSeconds,
    secondBackupBytes,
    restoreBytesPerSecond: restoredBytes / restoreSeconds,
    loaded: {
      cpBytesPerSecond: dataBytes / duringCp.seconds,
      backupBytesPerSecond: loadedBackupBytes / duringBackup.seconds,
      ingestRowsPerSecond: alone.rowsPerSecond,
      ingestRowsPerSecondDuringCp: duringCp.rowsPerSecond,
      ingestRowsPerSecondDuringBackup: duringBackup.rowsPerSecond,
    },
  }
}

/** Sends rows of random doubles, each batch at later times. The lines are made once; then only digits change. */
class RandomWriter {
  static #nextNs = START_NS
  readonly #port: number
  readonly #random = new SeededRandom(7)
  readonly #digits = Buffer.from(Array.from({ length: DIGIT_COUNT }, () => 0x30 + this.#random.below(10)))
  readonly #batches = Array.from({ length: 4 }, makeBatch)

  constructor(port: number) {
    this.#port = port
  }

  /** About so many bytes in files: texts that do not shrink, which a server takes faster than numbers. */
  async writeNoise(byteCount: number): Promise<void> {
    const connection = await HttpConnection.open(this.#port)
    for (let written = 0; written < byteCount; ) {
      let lines = ''
      for (let line = 0; line < NOISE_LINES; line++) {
        const text = randomBytes(NOISE_BYTES).toString('base64')
        lines += `text,host=h${line % 50} noise="${text}" ${RandomWriter.#nextNs}\n`
        RandomWriter.#nextNs += 1_000_000n
      }
      await this.#post(connection, Buffer.from(lines, 'latin1'))
      written += NOISE_LINES * NOISE_BYTES
    }
    connection.close()
  }

  writeFor(ms: number): Promise<LoadedRun> {
    return this.writeWhile(() => new Promise((resolve) => setTimeout(resolve, ms)))
  }

  /** Writes at `ROWS_PER_SECOND`, or as fast as the server takes it, while `work` is under way. */
  async writeWhile(work: () => Promise<void>): Promise<LoadedRun> {
    let isOver = false
    let rowCount = 0
    const startMs = performance.now()
    const send = async () => {
      const connection = await HttpConnection.open(this.#port)
      while (!isOver) {
        const aheadMs = (rowCount / ROWS_PER_SECOND) * 1000 - (performance.now() - startMs)
        if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs))
        const number = rowCount / BATCH_ROWS
        rowCount += BATCH_ROWS
        await this.#send(connection, number)
      }
      connection.close()
    }
    const senders = Array.from({ length: CONNECTION_COUNT }, send)
    await work()
    isOver = true
    const seconds = (performance.now() - startMs) / 1000
    await Promise.all(senders)
    return { rowsPerSecond: rowCount / seconds, seconds }
  }

  async #send(connection: HttpConnection, number: number): Promise<void> {
    const { body, timeOffsets, valueOffsets } = this.#batches[number % this.#batches.length]!
    for (const offset of valueOffsets) {
      const from = this.#random.below(DIGIT_COUNT - VALUE_DIGITS)
      this.#digits.copy(body, offset, from, from + VALUE_DIGITS)
    }
    for (const offset of timeOffsets) {
      body.write(String(RandomWriter.#nextNs), offset, 'latin1')
      RandomWriter.#nextNs += 1_000_000n
    }
    await this.#post(connection, body)
  }

  async #post(connection: HttpConnection, body: Buffer): Promise<void> {
    const head = postHead(`/write?db=${DATABASE}`, body.length)
    let answer = await connection.send([head, body])
    // Its disk may be slower than this writer.
    while (answer.status === 503) answer = await connection.send([head, body])
    if (answer.status !== 204) throw new Error(`write answered ${answer.status}: ${answer.body.toString()}`)
  }
}

function makeBatch(): { body: Buffer; timeOffsets: number[]; valueOffsets: number[] } {
  const timeOffsets: number[] = []
  const valueOffsets: number[] = []
  let text = ''
  for (let row = 0; row < BATCH_ROWS; row++) {
    text += `noise,host=h${row % 50} `
    for (let field = 0; field < FIELD_COUNT; field++) {
      text += `${field === 0 ? '' : ','}f${field}=0.`
      valueOffsets.push(text.length)
      text += '0'.repeat(VALUE_DIGITS)
    }
    text += ' '
    timeOffsets.push(text.length)
    text += `${START_NS}\n`
  }
  return { body: Buffer.from(text, 'latin1'), timeOffsets, valueOffsets }
}

/** This process goes on writing meanwhile. */
async function runAside(file: string, args: readonly string[]): Promise<void> {
  const child = ownChild(spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] }))
  let talk = ''
  child.stderr?.on('data', (piece: Buffer) => {
    talk += piece.toString()
  })
  const [exit] = (await once(child, 'close')) as [number]
  if (exit !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${exit}: ${talk}`)
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await work()
  return (performance.now() - startMs) / 1000
}
