// Imports only go right: commands -> cli -> daemon | tui | operations -> client -> engine. Inside the engine a stage never imports a sibling
// stage; only the conductors (files directly in src/engine), `domain`, and the edges listed here are open to all.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const RANK = { commands: 0, cli: 1, daemon: 2, tui: 2, operations: 2, client: 3, engine: 4 }

/** Which engine folders a folder may import, besides itself and `domain`. */
const ENGINE_EDGES = {
  domain: [],
  'line-protocol': ['metadata'],
  'msgpack-ingest': ['metadata'],
  influxql: [],
  metadata: ['influxql'],
  wal: [],
  memtable: ['metadata'],
  sql: [],
  parquet: ['sql', 'metadata', 'registry'],
  registry: [],
  compaction: ['registry', 'sql', 'parquet'],
  storage: ['wal', 'memtable', 'sql', 'parquet', 'registry', 'compaction', 'metadata', 'query', 'influxql'],
  query: ['influxql', 'metadata', 'sql'],
}

const failures = []
for (const file of readdirSync('src', { recursive: true }).map(String)) {
  if (!/\.tsx?$/.test(file)) continue
  const text = readFileSync(path.join('src', file), 'utf8')
  for (const [, target] of text.matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)) {
    const resolved = path.join(path.dirname(file), target)
    check(file.split(path.sep), resolved.split(path.sep), file, resolved)
  }
  if (file.startsWith('engine') && /process\.env|Date\.now\(|Math\.random\(|from 'node:http'/.test(text)) {
    failures.push(`${file}: the engine takes clock, randomness and settings as arguments`)
  }
}

function check([fromTop, fromStage, ...fromRest], [toTop, toStage, ...toRest], from, to) {
  if (fromTop === toTop) {
    if (fromTop !== 'engine' || fromRest.length === 0 || fromStage === toStage || toStage === 'domain') return
    if (toRest.length === 0) return failures.push(`${from}: a stage does not import a conductor (${to})`)
    if (!ENGINE_EDGES[fromStage]?.includes(toStage)) failures.push(`${from}: ${fromStage}/ may not import ${toStage}/`)
    return
  }
  if (RANK[toTop] === undefined || RANK[fromTop] === undefined) return
  if (RANK[toTop] <= RANK[fromTop]) failures.push(`${from}: imports go right, not to ${to}`)
}

if (failures.length > 0) {
  console.error(failures.join('\n'))
  process.exit(1)
}
