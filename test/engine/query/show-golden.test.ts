import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { HyperbyteError } from '../../../src/engine/domain/errors.js'
import { parseQuery } from '../../../src/engine/influxql/parse-query.js'
import type { SeriesFrame } from '../../../src/engine/query/result.js'
import { type MetaStatement, runMetaStatement } from '../../../src/engine/query/run-meta-statement.js'
import { RunningQueries } from '../../../src/engine/query/running-queries.js'
import { MemoryCatalog } from './memory-catalog.js'

const FOLDER = 'test/golden/show'
const NOW_NS = 1_600_000_000_000_000_000n

interface SeriesJson {
  readonly name?: string
  readonly tags?: Record<string, string>
  readonly columns: readonly string[]
  readonly values?: unknown[]
}

/** Frames as InfluxDB's JSON has them: empty name, tags and values are left out. */
function seriesJson({ name, tags, columns, rowCount }: SeriesFrame): SeriesJson {
  const values = Array.from({ length: rowCount }, (_, row) =>
    columns.map(({ column }) => {
      const value = column.values[row]
      if (column.type === 'boolean') return value === 1
      return typeof value === 'bigint' ? Number(value) : value
    }),
  )
  return {
    ...(name === '' ? {} : { name }),
    ...(tags === null ? {} : { tags: Object.fromEntries(tags) }),
    columns: columns.map((column) => column.name),
    ...(rowCount === 0 ? {} : { values }),
  }
}

async function answer(catalog: MemoryCatalog, database: string, text: string): Promise<string> {
  const [statement] = parseQuery(text, null)
  const context = {
    catalog,
    writer: catalog,
    database,
    retentionPolicy: '',
    nowNs: NOW_NS,
    authorizer: null,
    randomBytes: (count: number) => new Uint8Array(count),
    queries: new RunningQueries(() => 0),
    signal: new AbortController().signal,
  }
  const series: SeriesJson[] = []
  let isContinued = false
  try {
    for await (const frame of runMetaStatement(statement as MetaStatement, context)) {
      if (isContinued) series.at(-1)?.values?.push(...(seriesJson(frame).values ?? []))
      else series.push(seriesJson(frame))
      isContinued = frame.isPartial
    }
  } catch (error) {
    if (!(error instanceof HyperbyteError)) throw error
    return JSON.stringify({ error: error.message })
  }
  return JSON.stringify(series.length === 0 ? {} : { series })
}

/** The file as we would have recorded it. */
async function replay(lines: readonly string[]): Promise<string[]> {
  const catalog = new MemoryCatalog()
  const replayed: string[] = []
  let database = ''
  let target: readonly string[] = []
  for (const line of lines) {
    if (line.startsWith('{')) continue
    replayed.push(line)
    if (line.startsWith('db ')) database = line.slice(3)
    if (line.startsWith('write ')) target = line.split(' ').slice(1)
    if (line.startsWith('| ')) {
      const [name, policy = catalog.database(name)!.defaultRetentionPolicy] = target
      catalog.write(name, policy, line.slice(2))
    }
    if (line.startsWith('> ')) replayed.push(await answer(catalog, database, line.slice(2)))
  }
  return replayed
}

describe('SHOW and DDL answer as influxd does', () => {
  for (const name of readdirSync(FOLDER).filter((one) => one.endsWith('.txt'))) {
    test(name, async () => {
      const lines = readFileSync(`${FOLDER}/${name}`, 'utf8').split('\n')
      expect(await replay(lines)).toEqual(lines)
    })
  }
})
