/**
 * Names for completion, from the server that the command line means: at most 300 ms, and kept for 30 s in the user's cache
 * directory. Whatever goes wrong means no names: a Tab has no place for an error.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { HttpClient } from '../../client/http-client.js'
import { columnOf, runStatement } from '../../client/run-statement.js'
import { applyConnection } from '../apply-connection.js'
import { type ServerFlagValues, toClientOptions } from '../connection-flags.js'
import { readNames } from '../shell/schema-names.js'
import type { ServerNames } from './completion-plan.js'

const WAIT_MS = 300
const KEPT_MS = 30_000
const CONNECTION_FLAGS = ['host', 'username', 'password-file', 'token-file', 'ca-file', 'unix-socket', 'database', 'rp']

type NamesOfServer = Exclude<ServerNames, 'profiles' | 'sets'>

type Environment = Readonly<Record<string, string | undefined>>

export async function serverNames(
  names: NamesOfServer,
  given: ReadonlyMap<string, string>,
  environment: Environment,
): Promise<readonly string[]> {
  const { readConnection } = await import('../../daemon/config/read-config.js')
  const flags: Record<string, unknown> = { timeout: WAIT_MS, insecure: given.has('insecure') }
  for (const [name, value] of given) {
    if (CONNECTION_FLAGS.includes(name)) flags[name] = name === 'host' ? [value] : value
  }
  const layer = readConnection({
    configFile: environment['HYPERBYTE_CONFIG'] ?? null,
    profile: given.get('profile') ?? environment['HYPERBYTE_PROFILE'] ?? null,
  })
  applyConnection({ flags, known: new Set(CONNECTION_FLAGS), isTyped: (name) => given.has(name) }, layer, environment)
  const options = toClientOptions({ ...flags, timeout: WAIT_MS } as ServerFlagValues, environment, () => {})
  const database = given.get('database') ?? given.get('db') ?? String(flags['database'] ?? '')
  const user = options.credentials.kind === 'password' ? options.credentials.username : options.credentials.kind
  const cache = new NameCache(cachePath(environment))
  const key = JSON.stringify([options.hosts, user, database, names])
  return cache.read(key) ?? cache.write(key, await ask(names, database, options))
}

async function ask(
  names: NamesOfServer,
  database: string,
  options: Parameters<typeof HttpClient.open>[0],
): Promise<readonly string[]> {
  const client = await HttpClient.open(options)
  try {
    if (names === 'users') return columnOf(await runStatement(client, 'SHOW USERS'), 'user').map(String)
    if (names === 'retention-policies' && database === '') return []
    return await readNames(
      client,
      database,
      names === 'retention-policies' ? { kind: names, database } : { kind: names },
    )
  } finally {
    await client.close()
  }
}

export function cachePath(environment: Environment): string {
  return path.join(environment['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'hyperbyte', 'names.json')
}

interface KeptNames {
  readonly names: readonly string[]
  readonly untilMs: number
}

class NameCache {
  readonly #path: string
  readonly #kept: Record<string, KeptNames>

  constructor(file: string) {
    this.#path = file
    this.#kept = readKept(file)
  }

  read(key: string): readonly string[] | null {
    const kept = this.#kept[key]
    return kept !== undefined && kept.untilMs > Date.now() ? kept.names : null
  }

  /** Readable by the user alone: names of databases are nobody else's business. */
  write(key: string, names: readonly string[]): readonly string[] {
    const nowMs = Date.now()
    const fresh = Object.fromEntries(Object.entries(this.#kept).filter(([, { untilMs }]) => untilMs > nowMs))
    const text = JSON.stringify({ ...fresh, [key]: { names, untilMs: nowMs + KEPT_MS } })
    mkdirSync(path.dirname(this.#path), { recursive: true, mode: 0o700 })
    writeFileSync(this.#path, text, { mode: 0o600 })
    return names
  }
}

function readKept(file: string): Record<string, KeptNames> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
