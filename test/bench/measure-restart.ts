/**
 * From spawning a server to its first 204 on /ping and to its first correct answer: after a clean stop with the whole
 * load on disk, and after `kill -9` with up to a million rows in the write-ahead log. A missing row is an error.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BenchServer } from './bench-server.js'
import type { LoadFile } from './load-file.js'
import { loadedFolder, sendLoad, startEmpty } from './measure-ingest.js'
import type { ServerKind } from './server-kinds.js'
import { median } from './statistics.js'

export type RestartTimes = { readyMs: number; answerMs: number }
export type RestartResult = { server: string; clean: RestartTimes; afterKill: RestartTimes; walRowCount: number }

const WAL_ROW_COUNT = 1_000_000
const CLEAN_ROUNDS = 3
const KILL_ROUNDS = 2
const ANSWER_TIMEOUT_MS = 120_000

export async function measureRestart(
  kinds: readonly ServerKind[],
  load: LoadFile,
  options: { workDir: string; connectionCount: number },
): Promise<RestartResult[]> {
  const walLoad = firstRows(load, WAL_ROW_COUNT)
  const times = kinds.map(() => ({ clean: [] as RestartTimes[], afterKill: [] as RestartTimes[] }))
  for (let round = 0; round < CLEAN_ROUNDS; round++) {
    for (const [which, kind] of kinds.entries()) {
      times[which]!.clean.push(await restart(kind, loadedFolder(options.workDir, kind), load.rowCount))
    }
  }
  for (let round = 0; round < KILL_ROUNDS; round++) {
    for (const [which, kind] of kinds.entries()) {
      const folder = join(options.workDir, `killed-${kind.name}`)
      const server = await startEmpty(kind, folder, 'keep-wal')
      await sendLoad(server, walLoad, options.connectionCount)
      await server.kill()
      times[which]!.afterKill.push(await restart(kind, folder, walLoad.rowCount))
      rmSync(folder, { recursive: true })
    }
  }
  return kinds.map((kind, which) => ({
    server: kind.name,
    clean: medianTimes(times[which]!.clean),
    afterKill: medianTimes(times[which]!.afterKill),
    walRowCount: walLoad.rowCount,
  }))
}

async function restart(kind: ServerKind, folder: string, rowCount: number): Promise<RestartTimes> {
  const startMs = performance.now()
  const server = await BenchServer.start(kind, folder)
  const endMs = startMs + ANSWER_TIMEOUT_MS
  let answer = ''
  while (performance.now() < endMs) {
    answer = (await server.query('SELECT count(usage_user) FROM cpu')).body.toString()
    if (answer.includes(`,${rowCount}]]`)) {
      const answerMs = performance.now() - startMs
      await server.stop()
      return { readyMs: server.readyMs, answerMs }
    }
    await sleep(10)
  }
  throw new Error(`${kind.name}: ${rowCount} rows were acknowledged; after the restart: ${answer}`)
}

function firstRows(load: LoadFile, rowCount: number): LoadFile {
  const batches = []
  let taken = 0
  for (const batch of load.batches) {
    if (taken >= rowCount) break
    batches.push(batch)
    taken += batch.rowCount
  }
  return { ...load, batches, rowCount: taken }
}

function medianTimes(times: RestartTimes[]): RestartTimes {
  return {
    readyMs: median(times.map(({ readyMs }) => readyMs)),
    answerMs: median(times.map(({ answerMs }) => answerMs)),
  }
}
