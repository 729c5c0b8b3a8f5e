/**
 * Backup and restore of our server: speed against `cp` of the same files, what a backup costs a server that is being
 * loaded, the second backup after one per cent of new data, and a restore. Only on request: it writes gigabytes.
 */
import { spawn, spawnSync } from 'node:child_process'
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
  ingestRowsPerSecond: number
  ingestRowsPerSecondDuringBackup: number
}

const BATCH_ROWS = 5000
const FIELD_COUNT = 10
/** A request of noise is about two megabytes. */
const NOISE_LINES = 256
const NOISE_BYTES = 6000
const VALUE_DIGITS = 15
const DIGIT_COUNT = 1_000_000
const INGEST_MS = 10_000
const START_NS = 1_600_000_000_000_000_000n

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
  const cpSeconds = timed(() => {
    run('cp', ['-r', join(server.dataDir, 'data'), join(folder, 'copy')])
    run('sync', ['-f', folder])
  })
  rmSync(join(folder, 'copy'), { recursive: true })

  server = await BenchServer.start(kind, folder)
  const host = ['--host', `http://127.0.0.1:${server.port}`, '--quiet']
  const unverifiedSeconds = timed(() =>
    run(process.execPath, [bin, 'backup', '--repo', `${repo}-unverified`, '--verify', 'none', ...host]),
  )
  rmSync(`${repo}-unverified`, { recursive: true })
  const backupSeconds = timed(() => run(process.execPath, [bin, 'backup', '--repo', repo, ...host]))

  const loaded = new RandomWriter(server.port)
  const ingestRowsPerSecond = await loaded.writeFor(INGEST_MS)
  const ingestRowsPerSecondDuringBackup = await loaded.writeWhile(async () => {
    const child = ownChild(spawn(process.execPath, [bin, 'backup', '--repo', `${repo}-loaded`, ...host]))
    const [exit] = (await once(child, 'exit')) as [number]
    if (exit !== 0) throw new Error(`the backup under load ended with ${exit}`)
  })
  rmSync(`${repo}-loaded`, { recursive: true })

  run(process.execPath, [bin, 'backup', '--repo', repo, ...host])
  await loaded.writeNoise((gibibytes * 2 ** 30) / 100)
  const beforeBytes = diskUsageOf(repo).bytes
  const secondBackupSeconds = timed(() => run(process.execPath, [bin, 'backup', '--repo', repo, ...host]))
  const secondBackupBytes = diskUsageOf(repo).bytes - beforeBytes
  await server.stop()
  const restoredDir = join(folder, 'restored')
  const restoreSeconds = timed(() =>
    run(process.execPath, [bin, 'restore', '--repo', repo, '--into', restoredDir, '--quiet']),
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
    ingestRowsPerSecond,
    ingestRowsPerSecondDuringBackup,
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

  async writeFor(ms: number): Promise<number> {
    return await this.writeWhile(() => new Promise((resolve) => setTimeout(resolve, ms)))
  }

  /** Rows a second while `work` is under way. */
  async writeWhile(work: () => Promise<void>): Promise<number> {
    let isOver = false
    let rowCount = 0
    const startMs = performance.now()
    const send = async () => {
      const connection = await HttpConnection.open(this.#port)
      while (!isOver) {
        await this.#send(connection, rowCount / BATCH_ROWS)
        rowCount += BATCH_ROWS
      }
      connection.close()
    }
    const senders = [send()]
    await work()
    isOver = true
    const seconds = (performance.now() - startMs) / 1000
    await Promise.all(senders)
    return rowCount / seconds
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

function run(file: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr}`)
}

function timed(work: () => void): number {
  const startMs = performance.now()
  work()
  return (performance.now() - startMs) / 1000
}
