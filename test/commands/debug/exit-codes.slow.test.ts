import type { ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../../../src/cli/exit-codes.js'
import { requireBuild, runBin, spawnBin } from '../../support/built-bin.js'

const NOBODY = ['-H', 'http://127.0.0.1:1']

let folder: string
let server: ChildProcess
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
  await startServer(stopped)
  await runBin(['db', 'create', 'd', '-H', url])
  await runBin(['write', '-H', url, '-d', 'd', 'cpu,host=a v=1 1'])
  await stopServer()
  const [found] = readdirSync(path.join(stopped, 'data'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.parquet'))
  file = path.join(stopped, 'data', found)
  cpSync(stopped, damaged, { recursive: true })
  cpSync(stopped, other, { recursive: true })
  const bytes = readFileSync(file)
  bytes[bytes.length >>> 1] ^= 1
  writeFileSync(path.join(damaged, 'data', found), bytes)
  await runBin(['write', '--data-dir', other, '-d', 'd', 'cpu,host=a v=2 2'])
  await startServer(path.join(folder, 'running'))
  await runBin(['db', 'create', 'd', '-H', url])
}, 180_000)

afterAll(async () => {
  await stopServer()
  rmSync(folder, { recursive: true, force: true })
})

async function startServer(dataDir: string): Promise<void> {
  server = spawnBin(['serve', '--bind', '127.0.0.1:0', '--log-format', 'json', '--data-dir', dataDir])
  url = await new Promise((resolve) => {
    let log = ''
    server.stderr?.on('data', (piece) => {
      log += piece
      const found = /"url":"([^"]+)"/.exec(log)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
}

async function stopServer(): Promise<void> {
  const isOver = new Promise((resolve) => server.on('exit', resolve))
  server.kill('SIGTERM')
  await isOver
}

const online = (...args: string[]) => ['debug', ...args, '-H', url]
const offline = (...args: string[]) => ['debug', ...args, '--data-dir', stopped]
const { ok, failed, usage, unreachable, missing, conflict, mismatch, locked } = EXIT_CODES

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
  ['topology', ok.code, 'topology/1', () => online('topology')],
  ['health', ok.code, 'health/1', () => online('health')],
  ['health of a directory', ok.code, 'health/1', () => offline('health')],
  ['health of nobody', unreachable.code, null, () => ['debug', 'health', ...NOBODY]],
  ['replication', ok.code, 'replication/1', () => online('replication')],
  ['raft', ok.code, 'raft/1', () => offline('raft')],
  ['manifest', ok.code, 'manifest/1', () => online('manifest')],
  ['manifest of no directory', missing.code, null, () => ['debug', 'manifest', '--data-dir', '/nonexistent']],
  ['metrics', ok.code, 'metrics/1', () => online('metrics')],
  ['compact', ok.code, 'compact/1', () => online('compact', '--yes')],
  ['wal', ok.code, 'wal/1', () => online('wal', '--count', '5')],
  ['wal of a directory', ok.code, 'wal/1', () => offline('wal')],
  ['wal from no number', usage.code, null, () => offline('wal', '--from', 'x')],
  ['wal of no directory', missing.code, null, () => ['debug', 'wal', '--data-dir', '/nonexistent']],
  ['parquet', ok.code, 'parquet/1', () => ['debug', 'parquet', file, '--verify']],
  ['parquet of no file', missing.code, null, () => ['debug', 'parquet', '/nonexistent']],
  ['parquet of something else', mismatch.code, null, () => ['debug', 'parquet', process.execPath]],
  ['plan', ok.code, 'plan/1', () => offline('plan', '-d', 'd', 'SELECT mean(v) FROM cpu', '--analyze')],
  ['plan of nonsense', failed.code, null, () => online('plan', 'SELEC')],
  ['cardinality', ok.code, 'cardinality/1', () => online('cardinality')],
  ['cardinality', ok.code, 'cardinality/1', () => offline('cardinality', '--simulate-limit', '1')],
  ['types', ok.code, 'types/1', () => offline('types')],
  ['slow', ok.code, 'slow/1', () => online('slow')],
  ['slow that ends nothing', failed.code, null, () => online('slow', '--kill', '999')],
  ['verify', ok.code, 'verify/1', () => offline('verify')],
  ['verify of a bad file', mismatch.code, 'verify/1', () => ['debug', 'verify', '--data-dir', damaged]],
  ['verify of no part', usage.code, null, () => online('verify', '--sample', '0%')],
  ['diff', ok.code, 'diff/1', () => ['debug', 'diff', url, url]],
  ['diff that finds something', mismatch.code, 'diff/1', () => ['debug', 'diff', other, url]],
  ['diff with nobody', unreachable.code, null, () => ['debug', 'diff', url, 'http://127.0.0.1:1']],
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
  }, 60_000)
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
