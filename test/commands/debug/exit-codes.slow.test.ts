import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Level } from 'level'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../../../src/cli/exit-codes.js'
import { inspectLog } from '../../../src/engine/index.js'
import { outcomeOf, requireBuild, runBin, spawnBin } from '../../support/built-bin.js'
import { type ServedBin, serveBin, stopServed } from '../../support/serve-bin.js'

const NOBODY = ['-H', 'http://127.0.0.1:1']

let folder: string
let server: ServedBin
let url: string
/** Of a stopped server; `damaged` has a file with another byte, `other` one more point. */
let stopped: string
let damaged: string
let other: string
let file: string

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-debug-'))
  stopped = path.join(folder, 'stopped')
  damaged = path.join(folder, 'damaged')
  other = path.join(folder, 'other')
  await start(stopped)
  await runBin(['db', 'create', 'd', '-H', url])
  await runBin(['write', '-H', url, '-d', 'd', 'cpu,host=a v=1 1'])
  await runBin(['db', 'create', 'mixed', '-H', url])
  await runBin(['write', '-H', url, '-d', 'mixed', 'm v=1i 1\nm v="text" 1700000000000000000'])
  await stopServed(server)
  const [found] = readdirSync(path.join(stopped, 'data'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.parquet') && name.includes('cpu'))
  file = path.join(stopped, 'data', found)
  cpSync(stopped, damaged, { recursive: true })
  cpSync(stopped, other, { recursive: true })
  const bytes = readFileSync(file)
  bytes[bytes.length >>> 1] ^= 1
  writeFileSync(path.join(damaged, 'data', found), bytes)
  writeFileSync(path.join(folder, 'cut.parquet'), readFileSync(file).subarray(0, 100))
  await runBin(['write', '--data-dir', other, '-d', 'd', 'cpu,host=a v=2 2'])
  await start(path.join(folder, 'running'))
  await runBin(['db', 'create', 'd', '-H', url])
})

afterAll(async () => {
  await stopServed(server)
  rmSync(folder, { recursive: true, force: true })
})

async function start(dataDir: string): Promise<void> {
  server = await serveBin(['--data-dir', dataDir])
  url = server.url
}

const online = (...args: string[]) => ['debug', ...args, '-H', url]
const offline = (...args: string[]) => ['debug', ...args, '--data-dir', stopped]
const { ok, failed, usage, unreachable, denied, missing, conflict, mismatch, locked } = EXIT_CODES

const CASES: readonly (readonly [name: string, exit: number, schema: string | null, args: () => string[]])[] = [
  ['status', ok.code, 'status/1', () => online('status')],
  ['status of a directory', ok.code, 'status/1', () => offline('status', '--check')],
  ['status of nobody', unreachable.code, null, () => ['debug', 'status', ...NOBODY]],
  ['status of nobody for Nagios', 3, 'status/1', () => ['debug', 'status', '--check-format', 'nagios', ...NOBODY]],
  [
    'status of a held directory',
    locked.code,
    null,
    () => ['debug', 'status', '--data-dir', path.join(folder, 'running')],
  ],
  ['status for Prometheus', ok.code, 'status/1', () => online('status', '--check-format', 'prometheus')],
  [
    'status that wants a backup',
    mismatch.code,
    'status/1',
    () => offline('status', '--check', '--max-backup-age', '1d'),
  ],
  ['topology', ok.code, 'topology/1', () => online('topology')],
  ['health', ok.code, 'health/1', () => online('health')],
  ['health of a directory', ok.code, 'health/1', () => offline('health')],
  ['health of nobody', unreachable.code, null, () => ['debug', 'health', ...NOBODY]],
  ['health of nobody for Nagios', 2, 'health/1', () => ['debug', 'health', '--check-format', 'nagios', ...NOBODY]],
  ['health of a node that does not exist', missing.code, null, () => online('health', '--node', '3')],
  ['replication', ok.code, 'replication/1', () => online('replication')],
  ['raft', ok.code, 'raft/1', () => offline('raft', '--log', '5', '--node', '0')],
  ['manifest', ok.code, 'manifest/1', () => online('manifest')],
  ['manifest of no database', missing.code, null, () => online('manifest', '--db', 'nope')],
  ['manifest of no directory', missing.code, null, () => ['debug', 'manifest', '--data-dir', '/nonexistent']],
  ['metrics', ok.code, 'metrics/2', () => online('metrics')],
  ['compact', ok.code, 'compact/1', () => online('compact', '--yes', '--db', 'd', '--since', '-7d')],
  ['compact that waits', ok.code, 'compact/1', () => online('compact', '--yes', '--wait', '--jobs', '2')],
  ['compact that waits for others', ok.code, 'compact/1', () => online('compact', '--wait', '--explain')],
  ['compact of a directory', ok.code, 'compact/1', () => offline('compact', '--yes')],
  ['compact by nobody', usage.code, null, () => online('compact', '--jobs', '0')],
  ['compact that only looks', ok.code, 'compact/1', () => offline('compact')],
  ['wal', ok.code, 'wal/1', () => online('wal', '--count', '5')],
  ['wal of a directory', ok.code, 'wal/1', () => offline('wal')],
  ['wal by type', ok.code, 'wal/1', () => online('wal', '--type', 'delete')],
  ['wal of no type', usage.code, null, () => offline('wal', '--type', 'x')],
  ['wal to repair that is good', ok.code, 'wal/1', () => offline('wal', '--repair', '--yes')],
  ['wal from no number', usage.code, null, () => offline('wal', '--from', 'x')],
  ['wal of no directory', missing.code, null, () => ['debug', 'wal', '--data-dir', '/nonexistent']],
  ['parquet', ok.code, 'parquet/1', () => ['debug', 'parquet', file, '--verify']],
  [
    'parquet that is cut',
    mismatch.code,
    null,
    () => ['debug', 'parquet', path.join(folder, 'cut.parquet'), '--verify'],
  ],
  ['parquet of no file', missing.code, null, () => ['debug', 'parquet', '/nonexistent']],
  ['parquet of something else', mismatch.code, null, () => ['debug', 'parquet', process.execPath]],
  ['plan', ok.code, 'plan/2', () => offline('plan', '-d', 'd', 'SELECT mean(v) FROM cpu', '--analyze')],
  ['plan of nothing', usage.code, null, () => online('plan', ' ')],
  ['plan of nonsense', failed.code, null, () => online('plan', 'SELEC')],
  ['cardinality', ok.code, 'cardinality/1', () => online('cardinality')],
  ['cardinality', ok.code, 'cardinality/1', () => offline('cardinality', '--simulate-limit', '1')],
  ['cardinality by tag', ok.code, 'cardinality/1', () => online('cardinality', '--by', 'tag', '--top', '3')],
  ['cardinality by value', ok.code, 'cardinality/1', () => online('cardinality', '--by', 'value', '--sort', 'new')],
  ['types', ok.code, 'types/1', () => offline('types', '--db', 'd')],
  ['types that are two', mismatch.code, 'types/1', () => offline('types')],
  ['slow', ok.code, 'slow/1', () => online('slow')],
  ['slow that begins anew', ok.code, 'slow/1', () => online('slow', '--sort', 'total', '--reset')],
  ['slow that ends nothing', failed.code, null, () => online('slow', '--kill', '999')],
  ['verify', ok.code, 'verify/1', () => offline('verify', '--rate', '10MiB', '--sample', '1/2')],
  ['verify of a server', ok.code, 'verify/1', () => online('verify')],
  ['verify of a bad file', mismatch.code, 'verify/1', () => ['debug', 'verify', '--data-dir', damaged]],
  ['verify of no part', usage.code, null, () => online('verify', '--sample', '0%')],
  ['diff', ok.code, 'diff/1', () => ['debug', 'diff', url, url]],
  ['diff of files', ok.code, 'diff/1', () => ['debug', 'diff', url, url, '--level', 'file']],
  ['diff of other files', mismatch.code, 'diff/1', () => ['debug', 'diff', other, url, '--level', 'file']],
  [
    'diff that is slow',
    ok.code,
    'diff/1',
    () => ['debug', 'diff', url, url, '--rate', '1000000', '--progress', 'json'],
  ],
  ['diff that finds something', mismatch.code, 'diff/1', () => ['debug', 'diff', other, url]],
  ['diff that would write', mismatch.code, 'diff/1', () => ['debug', 'diff', other, url, '--fix']],
  ['diff that fixes names', usage.code, null, () => ['debug', 'diff', other, url, '--fix', '--level', 'metadata']],
  ['diff that may fix nothing', usage.code, null, () => ['debug', 'diff', other, url, '--yes']],
  ['diff of no database', missing.code, null, () => ['debug', 'diff', other, url, '--db', 'nope']],
  ['diff with no directory', missing.code, null, () => ['debug', 'diff', url, './nope']],
  ['diff with nobody', unreachable.code, null, () => ['debug', 'diff', url, 'http://127.0.0.1:1']],
  ['fault where none is taken', denied.code, null, () => online('fault')],
  ['fault that is made where none is taken', denied.code, null, () => online('fault', 'disk-full', '--for', '1s')],
  ['fault that is cleared where none is taken', denied.code, null, () => online('fault', '--clear', 'all')],
  ['fault of no kind', usage.code, null, () => online('fault', 'nonsense')],
  ['bundle', ok.code, 'bundle/1', () => online('bundle', '--dry-run')],
  ['bundle where a file is', conflict.code, null, () => online('bundle', '--out', file)],
]

describe.each(CASES)('debug %s', (_, exit, schema, args) => {
  test(`ends with ${exit}, for people and with --json`, async () => {
    const human = await runBin(args(), { cwd: folder })
    const machine = await runBin([...args(), '--json'], { cwd: folder })
    expect(human, human.stderr).toMatchObject({ exit })
    expect(machine, machine.stdout).toMatchObject({ exit })
    const document = JSON.parse(machine.stdout)
    if (schema !== null) expect(document.schema).toBe(`hyperbyte.debug.${schema}`)
    else expect(document.error).toMatchObject({ exit, code: expect.any(String), message: expect.any(String) })
    expect(human.stderr).not.toContain('    at ')
  })
})

test('a server and its directory describe the same file in the same words', async () => {
  const { stdout } = await runBin(['debug', 'manifest', '--data-dir', stopped, '--json'])
  expect(Object.keys(JSON.parse(stdout).files[0]).sort()).toEqual(
    [
      'database',
      'retention_policy',
      'measurement',
      'id',
      'path',
      'bucket',
      'level',
      'rows',
      'bytes',
      'min_time',
      'max_time',
      'min_sequence',
      'max_sequence',
      'origin',
      'sha256',
      'late',
      'hidden',
    ].sort(),
  )
})

test('status is watched also while nobody answers, a document a line', async () => {
  const watcher = spawnBin(['debug', 'status', '--watch', '100ms', '--json', ...NOBODY])
  const outcome = outcomeOf(watcher)
  let text = ''
  watcher.stdout?.on('data', (piece) => {
    text += piece
    if (text.split('\n').length > 2) watcher.kill('SIGINT')
  })
  const { stdout } = await outcome
  const states = stdout
    .split('\n')
    .slice(0, 2)
    .map((line) => JSON.parse(line).state)
  expect(states).toEqual(['unknown', 'unknown'])
})

test('a backup is known to the server it was made of', async () => {
  const repo = path.join(folder, 'repo')
  expect(await runBin(['backup', '--repo', repo, '-H', url])).toMatchObject({ exit: 0, stderr: '' })
  const { stdout } = await runBin(online('status', '--json'))
  expect(JSON.parse(stdout).last_backup).toMatchObject({ state: 'verified', repository: repo, covers: 'all' })
  expect((await runBin(online('status'))).stdout).toContain('last backup  2')
})

test('what differs is shown, written and then the same', async () => {
  await runBin(['db', 'create', 'mixed', '-H', url])
  const diff = (...more: string[]) => runBin(['debug', 'diff', other, url, '--db', 'd', '--json', ...more])
  const preview = await diff('--fix')
  expect(JSON.parse(preview.stdout).fix).toMatchObject({ copied_rows: null, parts: [{ measurement: 'cpu' }] })
  const fixed = await diff('--fix', '--yes')
  expect(fixed, fixed.stderr).toMatchObject({ exit: 0 })
  expect(JSON.parse(fixed.stdout).fix).toMatchObject({ copied_rows: 2, rejected_rows: 0, remaining: [] })
  expect(await diff()).toMatchObject({ exit: 0 })
})

test('a torn log is told, and cut after a copy', async () => {
  const torn = path.join(folder, 'torn')
  cpSync(stopped, torn, { recursive: true })
  await tearLog(torn)
  const wal = (...more: string[]) => runBin(['debug', 'wal', '--data-dir', torn, '--json', ...more])
  expect(await wal()).toMatchObject({ exit: mismatch.code })
  expect(await wal('--repair')).toMatchObject({ exit: usage.code })
  const repaired = await wal('--repair', '--yes')
  expect(repaired, repaired.stdout).toMatchObject({ exit: 0 })
  expect(existsSync(JSON.parse(repaired.stdout).repaired_copy)).toBe(true)
  expect(await wal()).toMatchObject({ exit: 0 })
  expect(await runBin(['debug', 'status', '--data-dir', torn])).toMatchObject({ exit: 0 })
})

/** A record that ends too soon, behind the last good one. */
async function tearLog(dataDir: string): Promise<void> {
  const { lastSequence } = await inspectLog(dataDir, () => {})
  const views = { keyEncoding: 'view', valueEncoding: 'view' } as const
  const store = new Level<Uint8Array, Uint8Array>(path.join(dataDir, 'wal'), views)
  const key = Buffer.alloc(8)
  key.writeBigUInt64BE(lastSequence + 1n)
  await store.put(key, Buffer.from([200, 0, 0, 0, 1, 2, 3]))
  await store.close()
}
