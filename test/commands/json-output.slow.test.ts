/**
 * What `--json` prints, of every command, against docs/json-output.md: the same keys, the same types, nothing besides.
 * HYPERBYTE_JSON=record prints what was found of documents that the page does not have.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requireBuild, runBin } from '../support/built-bin.js'
import { type DocumentShape, faultsOf, type JsonType, learnShape, parseShape } from '../support/json-shape.js'
import { type ServedBin, serveBin, stopServed } from '../support/serve-bin.js'

const PAGE = new URL('../../docs/json-output.md', import.meta.url)
const SOURCES = fileURLToPath(new URL('../../src', import.meta.url))

/** Files of ours and documents of the server, which no command prints. */
const NOT_PRINTED = /^hyperbyte\.(import\.state|sample|backfill\.plan\/1)/

let folder: string
let server: ServedBin
let url: string

const documented = readPage()
const learnt = new Map<string, Map<string, Set<JsonType>>>()
const printed = new Set<string>()

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-json-'))
  writeFileSync(at('readings.csv'), 'time,host,v,ok\n2026-01-01T00:00:00Z,a,1.5,true\n')
  writeFileSync(at('points.lp'), 'cpu,host=a v=1 1\n')
  const environment = { HYPERBYTE_DEBUG_FAULT_INJECTION_ENABLED: 'true' }
  server = await serveBin(['--data-dir', at('running')], { environment })
  url = server.url
})

afterAll(async () => {
  await stopServed(server)
  rmSync(folder, { recursive: true, force: true })
  for (const [schema, known] of process.env['HYPERBYTE_JSON'] === 'record' ? learnt : []) {
    if (documented.has(schema)) continue
    const lines = [...known].map(([name, types]) => `${name}  ${[...types].join(' | ')}`)
    process.stdout.write(`\n## ${schema}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`)
  }
})

function at(name: string): string {
  return path.join(folder, name)
}

type Step = readonly [args: () => readonly string[], schema: string, stdin?: string]

const on = (...args: string[]) => [...args, '-H', url]
const repo = (...args: string[]) => [...args, '--repo', at('repo')]
const state = (...args: string[]) => [...args, '--state', at('state')]

/** In this order: later ones need what earlier ones made. A schema without a number is the first of its name. */
const STEPS: readonly Step[] = [
  [() => on('db', 'create', 'd', '--rp-duration', '30000d'), 'db.create'],
  [() => on('db', 'list'), 'db.list'],
  [() => on('write', '-d', 'd', 'cpu,host=a v=1,n=2i 1\ncpu,host=b v=2 2'), 'write'],
  [() => on('write', '-d', 'd', 'cpu v="text" 3'), 'write'],
  [() => on('query', '-d', 'd', '-e', 'SELECT * FROM cpu GROUP BY host; SHOW DATABASES; CREATE DATABASE e'), 'query'],
  [() => on('query', '-d', 'd', '-e', 'SELECT'), 'error'],
  [() => ['ping', '--bogus'], 'error'],
  [() => on('ping'), 'ping'],
  [() => on('health'), 'health'],
  [() => on('user', 'create', 'ada', '--password-stdin'), 'user.create', 'secret'],
  [() => on('user', 'password', 'ada', '--password-stdin'), 'user.password', 'other'],
  [() => on('user', 'grant', 'ada', '-d', 'd'), 'user.grant'],
  [() => on('user', 'grant', 'ada', '--admin'), 'user.grant'],
  [() => on('user', 'list'), 'user.list'],
  [() => on('user', 'revoke', 'ada', '-d', 'd'), 'user.revoke'],
  [() => on('user', 'revoke', 'ada', '--admin'), 'user.revoke'],
  [() => on('user', 'drop', 'ada', '--yes'), 'user.drop'],
  [() => on('import', '-d', 'd', at('points.lp')), 'import'],
  [() => on('import', '-d', 'd', at('readings.csv'), '--tags', 'host'), 'import'],
  [() => on('import', '-d', 'd', at('readings.csv'), '--schema-only'), 'import.schema'],
  [() => on('export', '-d', 'd', '--out', at('exported')), 'export'],
  [() => on('top', '--once', '--refresh', '500ms'), 'top'],
  [() => on('debug', 'status'), 'debug.status'],
  [() => on(...repo('backup', '--label', 'why=test')), 'backup.create'],
  [() => on(...repo('backup', '--dry-run')), 'backup.create'],
  [() => on(...repo('backup')), 'backup.create'],
  [() => repo('backup', 'pin', '--set', 'latest'), 'backup.pin'],
  [() => repo('backup', 'verify'), 'backup.verify'],
  [() => repo('backup', 'list'), 'backup.list/2'],
  [() => repo('backup', 'show'), 'backup.show/2'],
  [() => repo('backup', 'prune', '--keep-last', '1'), 'backup.prune'],
  [() => repo('backup', 'copy', '--to', at('copied')), 'backup.copy'],
  [() => repo('restore', '--into', at('restored')), 'restore'],
  [() => on(...repo('restore', '--database', 'd', '--to-database', 'back')), 'restore'],
  [() => repo('restore', '--into', at('nowhere'), '--dry-run'), 'restore'],
  [() => on('debug', 'status'), 'debug.status'],
  [() => ['debug', 'status', '--data-dir', at('restored')], 'debug.status'],
  [() => on('debug', 'health'), 'debug.health'],
  [() => on('debug', 'topology'), 'debug.topology'],
  [() => on('debug', 'replication'), 'debug.replication'],
  [() => on('debug', 'raft'), 'debug.raft'],
  [() => on('debug', 'compact', '--explain'), 'debug.compact'],
  [() => on('debug', 'compact', '--yes'), 'debug.compact'],
  [() => on('debug', 'compact', '--yes', '--wait', '--jobs', '2'), 'debug.compact'],
  [() => ['debug', 'manifest', '--data-dir', at('restored')], 'debug.manifest'],
  [() => on('debug', 'metrics'), 'debug.metrics/2'],
  [() => on('debug', 'wal', '--from', '1', '--count', '3'), 'debug.wal'],
  [() => ['debug', 'parquet', parquetFile(), '--verify'], 'debug.parquet'],
  [() => on('debug', 'plan', '-d', 'd', 'SELECT mean(v) FROM cpu', '--analyze'), 'debug.plan/2'],
  [() => on('debug', 'plan', '-d', 'd', 'SELECT mean(v) FROM cpu'), 'debug.plan/2'],
  [() => on('debug', 'cardinality', '--simulate-limit', '1'), 'debug.cardinality'],
  [() => ['debug', 'cardinality', '--data-dir', at('restored'), '--by', 'value'], 'debug.cardinality'],
  [() => on('debug', 'types'), 'debug.types'],
  [() => on('debug', 'slow'), 'debug.slow'],
  [() => on('debug', 'verify'), 'debug.verify'],
  [() => ['debug', 'diff', url, at('restored')], 'debug.diff'],
  [() => ['debug', 'diff', url, at('restored'), '--level', 'file'], 'debug.diff'],
  [() => ['debug', 'diff', url, at('restored'), '--fix'], 'debug.diff'],
  [() => ['debug', 'diff', url, at('restored'), '--fix', '--yes'], 'debug.diff'],
  [() => on('debug', 'fault', 'delay-queries', '--delay', '1ms', '--for', '1s'), 'debug.fault'],
  [() => on('debug', 'fault', '--clear', 'all'), 'debug.fault'],
  [() => on('debug', 'bundle', '--dry-run'), 'debug.bundle'],
  [() => ['backfill', 'plan', '--source', url, '-d', 'd', '--save', at('plan.json')], 'backfill.plan/2'],
  [() => state('backfill', 'run', '--source', url, '-d', 'd', '--data-dir', at('filled')), 'backfill.run'],
  [() => state('backfill', 'status'), 'backfill.status/2'],
  [() => state('backfill', 'verify', '--source', url, '--data-dir', at('filled')), 'backfill.verify/2'],
  [() => ['backfill', 'dump', '--source', url, '-d', 'd', '--out', at('dump')], 'backfill.dump'],
  [() => ['backfill', 'load', '--from-dir', at('dump'), '--data-dir', at('loaded')], 'backfill.load'],
  [() => ['config', 'show'], 'config'],
  [() => ['config', 'show', '--defaults'], 'config.defaults'],
  [() => ['config', 'check'], 'config.check'],
  [() => ['config', 'init', at('new.toml')], 'config.init'],
  [() => ['config', 'init', '-'], 'config.init'],
  [() => ['serve', '--check'], 'serve.check'],
  [() => ['doctor', '--data-dir', at('fit'), '--bind', '127.0.0.1:0'], 'doctor'],
  [() => ['version'], 'version'],
  [() => ['help', 'exit-codes'], 'help.exit-codes'],
  [() => ['help', 'errors'], 'help.errors'],
  [() => ['help', 'config'], 'help.config'],
  [() => on('db', 'drop', 'e', '--yes'), 'db.drop'],
]

function parquetFile(): string {
  const names = readdirSync(at('restored'), { recursive: true }).map(String)
  return path.join(at('restored'), names.find((name) => name.endsWith('.parquet'))!)
}

test.each(
  STEPS.map(([args, name, stdin], index) => ({ index, args, schema: name.includes('/') ? name : `${name}/1`, stdin })),
)('$index: hyperbyte.$schema is as it is documented', async ({ args, schema, stdin }) => {
  const { stdout, stderr } = await runBin([...args(), '--json'], {
    cwd: folder,
    ...(stdin !== undefined && { stdin }),
  })
  const document = parseDocument(stdout, stderr)
  expect(document, stdout).toMatchObject({ schema: `hyperbyte.${schema}` })
  const { schema: name, ...rest } = document as { schema: string }
  printed.add(name)
  const known = learnt.get(name) ?? new Map()
  learnt.set(name, known)
  learnShape(rest, known)
  expect(documented.has(name), `${name} is not in docs/json-output.md`).toBe(true)
  expect(faultsOf(rest, documented.get(name)!)).toEqual([])
})

test("every key is in snake_case, but for names that are the users' own", () => {
  const keys = [...learnt].flatMap(([schema, known]) => [...known.keys()].map((key) => `${schema} ${key}`))
  expect(keys.length).toBeGreaterThan(300)
  expect(keys.filter((key) => /[A-Z]/.test(key))).toEqual([])
})

test('every document that the sources name is printed here and documented', () => {
  const named = new Set(
    readdirSync(SOURCES, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => readFileSync(path.join(SOURCES, file), 'utf8').match(/hyperbyte\.[a-z.-]+\/\d+/g) ?? [])
      .filter((schema) => !NOT_PRINTED.test(schema)),
  )
  expect([...named].filter((schema) => !printed.has(schema))).toEqual([])
  expect([...documented.keys()].filter((schema) => !named.has(schema))).toEqual([])
})

function parseDocument(stdout: string, stderr: string): unknown {
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`no JSON: ${stdout}${stderr}`)
  }
}

/** `## hyperbyte.db.list/1`, and in the next block of text its lines. */
function readPage(): Map<string, DocumentShape> {
  const shapes = new Map<string, DocumentShape>()
  for (const [, schema, block] of readFileSync(PAGE, 'utf8').matchAll(
    /^## (hyperbyte\.\S+)\n.*?```text\n(.*?)```/gms,
  )) {
    const lines = block.split('\n').filter((line) => line.trim() !== '')
    shapes.set(schema, parseShape(lines))
  }
  return shapes
}
