/**
 * Asks both servers the same questions by turns over one keep-alive connection each. The first answers warm up and are
 * compared; the later ones are timed to their last byte without looking at them.
 */
import { join } from 'node:path'
import { BenchServer } from './bench-server.js'
import { findDifference } from './compare-answers.js'
import type { LoadShape } from './devops-load.js'
import type { LoadFile } from './load-file.js'
import { loadedFolder, sendLoad, startEmpty } from './measure-ingest.js'
import { makeQueryFamilies, type QueryFamily } from './query-families.js'
import type { ServerKind } from './server-kinds.js'
import { type Spread, spreadOf } from './statistics.js'

export type FamilyResult = {
  family: string
  isSuiteFamily: boolean
  example: string
  answerBytes: number
  /** One spread for each server, in the order of `kinds`. */
  ms: Spread[]
  /** Processor time a query took from each server: what stays comparable on a busy machine. */
  cpuMs: number[]
  differences: string[]
}

const MIN_RUNS = 3
const MAX_RUNS = 200

export type QueryOptions = {
  shape: LoadShape
  instanceCount: number
  familyBudgetMs: number
  /** Empty: all. */
  familyNames: readonly string[]
}
export type QueryResult = { families: FamilyResult[]; peakRssBytes: number[] }

/** Queries on data that was loaded before the servers started: everything is in files. */
export async function measureQueries(
  kinds: readonly ServerKind[],
  options: QueryOptions & { workDir: string },
): Promise<QueryResult> {
  const servers: BenchServer[] = []
  for (const kind of kinds) servers.push(await BenchServer.start(kind, loadedFolder(options.workDir, kind)))
  return askAll(servers, options)
}

/** Queries on servers that have just taken the load: much of it is still in memory. */
export async function measureHotQueries(
  kinds: readonly ServerKind[],
  load: LoadFile,
  options: QueryOptions & { workDir: string; connectionCount: number },
): Promise<QueryResult> {
  const servers: BenchServer[] = []
  for (const kind of kinds) {
    const server = await startEmpty(kind, join(options.workDir, `hot-${kind.name}`))
    await sendLoad(server, load, options.connectionCount)
    servers.push(server)
  }
  return askAll(servers, options)
}

/** Stops the servers in the end. */
async function askAll(servers: BenchServer[], options: QueryOptions): Promise<QueryResult> {
  const families: FamilyResult[] = []
  for (const family of makeQueryFamilies(options.shape, options.instanceCount)) {
    if (options.familyNames.length > 0 && !options.familyNames.includes(family.name)) continue
    const result = await measureFamily(servers, family, options.familyBudgetMs)
    families.push(result)
    console.error(
      `  ${family.name}: ${textOf(result.ms.map(({ median }) => median))} ms, ${textOf(result.cpuMs)} ms of processor time`,
    )
  }
  for (const server of servers) await server.stop()
  return { families, peakRssBytes: servers.map((server) => server.usage().peakRssBytes) }
}

async function measureFamily(servers: BenchServer[], family: QueryFamily, budgetMs: number): Promise<FamilyResult> {
  const differences: string[] = []
  let answerBytes = 0
  for (const text of family.texts) {
    const answers: Buffer[] = []
    for (const server of servers) answers.push(await ask(server, text))
    answerBytes = Math.max(answerBytes, answers[0]!.length)
    const difference = answers.length < 2 ? undefined : findDifference(answers[0]!, answers[1]!)
    if (difference !== undefined) differences.push(`${text}\n    ${difference}`)
  }
  const samples = servers.map((): number[] => [])
  const cpuSecondsBefore = servers.map((server) => server.usage().cpuSeconds)
  const endMs = performance.now() + budgetMs
  for (let run = 0; run < MAX_RUNS && (run < MIN_RUNS || performance.now() < endMs); run++) {
    const text = family.texts[run % family.texts.length]!
    for (let turn = 0; turn < servers.length; turn++) {
      const which = (run + turn) % servers.length
      samples[which]!.push(await timeAnswer(servers[which]!, text))
    }
  }
  return {
    family: family.name,
    isSuiteFamily: family.isSuiteFamily,
    example: family.texts[0]!,
    answerBytes,
    ms: samples.map(spreadOf),
    cpuMs: servers.map(
      (server, which) => (1000 * (server.usage().cpuSeconds - cpuSecondsBefore[which]!)) / samples[which]!.length,
    ),
    differences,
  }
}

async function ask(server: BenchServer, text: string): Promise<Buffer> {
  const answer = await server.query(text)
  if (answer.status !== 200) throw new Error(`${server.kind.name}: ${text}: ${answer.status} ${answer.body.toString()}`)
  return answer.body
}

async function timeAnswer(server: BenchServer, text: string): Promise<number> {
  const startMs = performance.now()
  await server.query(text, { isBodyKept: false })
  return performance.now() - startMs
}

function textOf(figures: number[]): string {
  return figures.map((figure) => figure.toFixed(2)).join(' / ')
}
