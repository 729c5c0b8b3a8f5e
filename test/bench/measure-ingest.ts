/**
 * Loads the same batches into each server by turns, every time into a fresh data folder, and watches the server while it
 * works. The folders of the last round stay on disk for the other parts.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { BenchServer, DATABASE, type Stalls, type StartPurpose } from './bench-server.js'
import type { LoadFile } from './load-file.js'
import type { LoadJob, LoadOutcome } from './loader.js'
import { PingProbe } from './ping-probe.js'
import { runClient } from './run-client.js'
import type { ServerKind } from './server-kinds.js'
import { median, type Spread, spreadOf } from './statistics.js'

export type IngestRound = {
  rowsPerSecond: number
  /** Counting a clean stop after the last 204: everything in memory is then in its long-term place. */
  rowsPerSecondWithStop: number
  seconds: number
  stopSeconds: number
  peakRssBytes: number
  cpuSeconds: number
  writeMs: Spread
  pingMs: Spread
  stalls: Stalls | undefined
}

export type IngestResult = {
  server: string
  rounds: IngestRound[]
  rowsPerSecond: number
  rowsPerSecondWithStop: number
}

export async function measureIngest(
  kinds: readonly ServerKind[],
  load: LoadFile,
  options: { workDir: string; roundCount: number; connectionCount: number },
): Promise<IngestResult[]> {
  const results = kinds.map((kind) => ({ kind, rounds: [] as IngestRound[] }))
  for (let round = 0; round < options.roundCount; round++) {
    for (const { kind, rounds } of round % 2 === 0 ? results : [...results].reverse()) {
      const folder = loadedFolder(options.workDir, kind)
      rmSync(folder, { recursive: true, force: true })
      rounds.push(await runRound(kind, folder, load, options.connectionCount))
    }
  }
  return results.map(({ kind, rounds }) => ({
    server: kind.name,
    rounds,
    rowsPerSecond: median(rounds.map((round) => round.rowsPerSecond)),
    rowsPerSecondWithStop: median(rounds.map((round) => round.rowsPerSecondWithStop)),
  }))
}

/** Where the loaded and cleanly stopped data of a server lies after `measureIngest`. */
export function loadedFolder(workDir: string, kind: ServerKind): string {
  return join(workDir, `loaded-${kind.name}`)
}

/** Starts a server on an empty folder and creates the database. */
export async function startEmpty(kind: ServerKind, folder: string, purpose: StartPurpose = 'serve') {
  const server = await BenchServer.start(kind, folder, purpose)
  await server.execute(`CREATE DATABASE ${DATABASE}`)
  return server
}

export async function sendLoad(server: BenchServer, load: LoadFile, connectionCount: number) {
  return runClient<LoadJob, LoadOutcome>('loader', {
    port: server.port,
    database: DATABASE,
    path: load.path,
    batches: load.batches,
    connectionCount,
  })
}

async function runRound(
  kind: ServerKind,
  folder: string,
  load: LoadFile,
  connectionCount: number,
): Promise<IngestRound> {
  const server = await startEmpty(kind, folder)
  await server.takeStalls()
  const probe = await PingProbe.start(server.port)
  const outcome = await sendLoad(server, load, connectionCount)
  const pingMs = await probe.stop()
  const stalls = await server.takeStalls()
  const stopSeconds = (await server.stop()) / 1000
  const usage = server.usage()
  return {
    rowsPerSecond: outcome.rowCount / outcome.seconds,
    rowsPerSecondWithStop: outcome.rowCount / (outcome.seconds + stopSeconds),
    seconds: outcome.seconds,
    stopSeconds,
    peakRssBytes: usage.peakRssBytes,
    cpuSeconds: usage.cpuSeconds,
    writeMs: spreadOf(outcome.latenciesMs),
    pingMs: spreadOf(pingMs),
    stalls,
  }
}
