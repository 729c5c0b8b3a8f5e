/** The parts of a bundle, each by itself: one that cannot be had is named and leaves the others alone. */

import { release } from 'node:os'
import { HttpClient } from '../../client/http-client.js'
import { runStatement } from '../../client/run-statement.js'
import type { TarFile } from '../../operations/bundle/write-tar.js'
import type { DebugSource } from './debug-source.js'
import { statusOf } from './server-status.js'

export interface BundleParts {
  readonly files: readonly TarFile[]
  readonly failures: readonly string[]
}

export interface BundleOptions {
  /** Of the command. */
  readonly version: string
  /** Nothing older of the log. */
  readonly sinceNs: bigint
}

const STATEMENTS = ['SHOW STATS', 'SHOW DIAGNOSTICS', 'SHOW SHARDS', 'SHOW CONTINUOUS QUERIES', 'SHOW QUERIES']
const DOCUMENTS = ['manifest', 'merges', 'buckets', 'compaction', 'cardinality', 'types', 'log'] as const

/** Rejects when nobody is there at all. */
export async function collectBundle(source: DebugSource, { version, sinceNs }: BundleOptions): Promise<BundleParts> {
  const files: TarFile[] = []
  const failures: string[] = []
  const add = async (name: string, make: () => unknown) => {
    try {
      const made = await make()
      files.push({ name, content: typeof made === 'string' ? made : `${print(made)}\n` })
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`)
    }
  }
  // Asked first and outside: without it there is nobody to make a bundle of.
  const server = await source.ask('server')
  await add('versions.json', () => ({
    hyperbyte: server.version,
    node: server.node_version,
    platform: server.platform,
    kernel: server.kernel,
    asked_by: { hyperbyte: version, node: process.version, kernel: release() },
  }))
  await add('status.json', () => statusOf(server, source.name, new Date().toISOString()))
  await add('server.json', () => server)
  await add('configuration.toml', () => readConfiguration(source))
  for (const name of DOCUMENTS) await add(`${name}.json`, () => source.ask(name))
  for (const statement of STATEMENTS) await add(fileOf(statement), () => runStatement(source.target, statement))
  const { target } = source
  if (!(target instanceof HttpClient)) return { files, failures }
  await add('messages.jsonl', () => readMessages(source, sinceNs))
  await add('metrics.prom', () => readText(target, '/metrics'))
  await add('top.json', () => target.getJson('/api/v1/top'))
  await add('statements.json', () => target.getJson('/api/v1/statements'))
  await add('plans.json', () => planRunning(source))
  return { files, failures }
}

function fileOf(statement: string): string {
  return `${statement.toLowerCase().replaceAll(' ', '-')}.json`
}

async function readMessages(source: DebugSource, sinceNs: bigint): Promise<string> {
  const { lines } = await source.ask('messages', { start: String(sinceNs) })
  return lines.map((line) => `${line}\n`).join('')
}

async function readText(client: HttpClient, path: string): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of client.readApi(path)) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

const PLANNED_COUNT_MAX = 20

/** How the SELECTs that run now are read. */
async function planRunning(source: DebugSource) {
  const rows = (await runStatement(source.target, 'SHOW QUERIES')).flatMap(({ values = [] }) => values)
  const selects = rows.filter(([, text]) => /^SELECT /i.test(String(text))).slice(0, PLANNED_COUNT_MAX)
  const plans: unknown[] = []
  for (const [id, text, database] of selects) {
    const plan = await source.ask('plan', { q: String(text), db: String(database ?? '') }).catch((error: Error) => ({
      error: error.message,
    }))
    plans.push({ id, database, ...plan })
  }
  return plans
}

/** A server's own; for a directory, what a server on this machine would use. Secrets are never printed. */
async function readConfiguration(source: DebugSource): Promise<string> {
  const { text } = await source.ask('configuration')
  if (text !== null) return `${text}\n`
  const [{ readConfig }, { renderConfig }] = await Promise.all([
    import('../../daemon/config/read-config.js'),
    import('../../daemon/config/render-config.js'),
  ])
  const config = readConfig({
    flags: new Map(),
    configFile: process.env['HYPERBYTE_CONFIG'] ?? null,
    profile: process.env['HYPERBYTE_PROFILE'] ?? null,
  })
  return `${renderConfig(config, { isOriginShown: true, areSecretsShown: false })}\n`
}

function print(document: unknown): string {
  return JSON.stringify(document, (_key, value) => (typeof value === 'bigint' ? String(value) : value), 2)
}
