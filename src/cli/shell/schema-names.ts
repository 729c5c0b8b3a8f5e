/** Names from the server for completion: asked for when they are needed, kept for a while, given up when they are late. */

import { quoteName } from '../../client/quote-influxql.js'
import { columnOf, runStatement } from '../../client/run-statement.js'
import type { Target } from '../../client/target.js'
import type { AskNames } from './complete-line.js'
import type { NameSource } from './completion-request.js'

const KEPT_MS = 30_000
const WAIT_MS = 300
const NAME_COUNT_MAX = 1000

interface KeptNames {
  readonly names: Promise<readonly string[]>
  readonly askedAtMs: number
}

interface SchemaPlace {
  readonly target: Target
  readonly database: string
}

export class SchemaNames {
  readonly #place: () => SchemaPlace
  readonly #monotonicMs: () => number
  #kept = new Map<string, KeptNames>()

  constructor(place: () => SchemaPlace, monotonicMs: () => number) {
    this.#place = place
    this.#monotonicMs = monotonicMs
  }

  /** A typed Tab must not wait for a busy server; a late answer is there for the next one. */
  readonly ask: AskNames = async (source) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<readonly string[]>((resolve) => {
      timer = setTimeout(() => resolve([]), WAIT_MS)
    })
    try {
      return await Promise.race([this.#names(source), late])
    } finally {
      clearTimeout(timer)
    }
  }

  #names(source: NameSource): Promise<readonly string[]> {
    const { target, database } = this.#place()
    const key = JSON.stringify([target.name, database, source])
    const kept = this.#kept.get(key)
    if (kept !== undefined && this.#monotonicMs() - kept.askedAtMs < KEPT_MS) return kept.names
    const names = readNames(target, database, source).catch(() => [])
    this.#kept.set(key, { names, askedAtMs: this.#monotonicMs() })
    return names
  }
}

/** Throws what the server throws. Without a database only databases have names. */
export async function readNames(target: Target, database: string, source: NameSource): Promise<readonly string[]> {
  if (database === '' && source.kind !== 'databases' && source.kind !== 'retention-policies') return []
  const { statement, column } = namesStatement(source)
  const series = await runStatement(target, statement, { database })
  return columnOf(series, column).map(String)
}

function namesStatement(source: NameSource): { readonly statement: string; readonly column: string } {
  const limit = ` LIMIT ${NAME_COUNT_MAX}`
  const from = 'measurement' in source && source.measurement !== null ? ` FROM ${quoteName(source.measurement)}` : ''
  switch (source.kind) {
    case 'databases':
      return { statement: 'SHOW DATABASES', column: 'name' }
    case 'retention-policies':
      return { statement: `SHOW RETENTION POLICIES ON ${quoteName(source.database)}`, column: 'name' }
    case 'measurements':
      return { statement: `SHOW MEASUREMENTS${limit}`, column: 'name' }
    case 'fields':
      return { statement: `SHOW FIELD KEYS${from}${limit}`, column: 'fieldKey' }
    case 'tags':
      return { statement: `SHOW TAG KEYS${from}${limit}`, column: 'tagKey' }
    case 'tag-values':
      return { statement: `SHOW TAG VALUES${from} WITH KEY = ${quoteName(source.tag)}${limit}`, column: 'value' }
  }
}
