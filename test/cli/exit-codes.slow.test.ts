import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../../src/cli/exit-codes.js'
import { BIN, outcomeOf, requireBuild, runBin, spawnBin } from '../support/built-bin.js'

/** A server whose answer is chosen by the database that a request names: `status-404`, and so on. */
const ANSWERS: Readonly<Record<string, readonly [status: number, body: string]>> = {
  fine: [204, ''],
  partial: [400, '{"error":"partial write: points beyond retention policy dropped=1"}'],
  denied: [401, '{"error":"authorization failed"}'],
  missing: [404, '{"error":"database not found: \\"missing\\""}'],
  conflict: [400, '{"error":"retention policy conflict"}'],
  busy: [503, '{"error":"try again"}'],
  full: [507, '{"error":"no space left on device"}'],
  wrong: [500, '{"error":"write failed"}'],
}

let server: Server
let host: string
let folder: string

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-exit-'))
  writeFileSync(join(folder, 'bad.toml'), '[http]\nbind = 1\n')
  writeFileSync(join(folder, 'good.lp'), 'm v=1 1\n')
  writeFileSync(join(folder, 'bad.csv'), 'a,b\n1,2\n')
  server = createServer((req, res) => {
    req.resume()
    const name = new URL(req.url ?? '/', 'http://x').searchParams.get('db') ?? ''
    const isQuery = req.url?.startsWith('/query') === true
    const [status, body] = isQuery ? answerQuery(name) : (ANSWERS[name] ?? [404, 'page not found'])
    res.writeHead(status, { 'x-influxdb-version': '1.8.10' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}, 120_000)

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

function answerQuery(name: string): readonly [number, string] {
  if (name === 'fine' || name === '') return [200, '{"results":[{"statement_id":0}]}\n']
  if (name === 'missing') return [200, '{"results":[{"statement_id":0,"error":"database not found: missing"}]}\n']
  if (name === 'wrong') return [400, '{"error":"error parsing query: found x"}\n']
  return ANSWERS[name] ?? [404, '']
}

function write(database: string): string[] {
  return ['write', '-H', host, '-d', database, 'm v=1']
}

function query(database: string): string[] {
  return ['query', '-H', host, '-d', database, '-e', 'SHOW MEASUREMENTS']
}

function statement(...args: string[]): string[] {
  return [...args, '-H', host]
}

const CASES: readonly (readonly [name: string, exit: number, args: () => string[]])[] = [
  ['write that succeeds', EXIT_CODES.ok.code, () => write('fine')],
  ['write refused in part', EXIT_CODES.partial.code, () => write('partial')],
  ['write without permission', EXIT_CODES.denied.code, () => write('denied')],
  ['write into no database', EXIT_CODES.missing.code, () => write('missing')],
  ['write to a busy server', EXIT_CODES.unreachable.code, () => write('busy')],
  ['write to a full disk', EXIT_CODES['no-space'].code, () => write('full')],
  ['write that the server fails', EXIT_CODES.failed.code, () => write('wrong')],
  ['write to nobody', EXIT_CODES.unreachable.code, () => ['write', '-H', 'http://127.0.0.1:1', '-d', 'x', 'm v=1']],
  ['write of a missing file', EXIT_CODES.missing.code, () => [...write('fine').slice(0, -1), '-f', '/nonexistent.lp']],
  ['write of nothing', EXIT_CODES.usage.code, () => write('fine').slice(0, -1)],
  ['query that succeeds', EXIT_CODES.ok.code, () => query('fine')],
  ['query of a missing database', EXIT_CODES.missing.code, () => query('missing')],
  ['query that is no InfluxQL', EXIT_CODES.failed.code, () => query('wrong')],
  ['query without permission', EXIT_CODES.denied.code, () => query('denied')],
  ['query without a statement', EXIT_CODES.usage.code, () => query('fine').slice(0, -2)],
  ['query to no address', EXIT_CODES.usage.code, () => ['query', '-H', 'http://', '-e', 'x']],
  ['ping that is answered', EXIT_CODES.ok.code, () => ['ping', '-H', host]],
  ['ping to nobody', EXIT_CODES.unreachable.code, () => ['ping', '-H', 'http://127.0.0.1:1']],
  ['flag that does not exist', EXIT_CODES.usage.code, () => ['ping', '--bogus']],
  ['flag without its value', EXIT_CODES.usage.code, () => ['ping', '--timeout']],
  ['duration that is none', EXIT_CODES.usage.code, () => ['ping', '--timeout', 'soon']],
  ['configuration that is fine', EXIT_CODES.ok.code, () => ['serve', '--check']],
  [
    'configuration with an unknown key',
    EXIT_CODES.usage.code,
    () => ['serve', '--check', '--config', join(folder, 'bad.toml')],
  ],
  ['configuration that is not there', EXIT_CODES.usage.code, () => ['config', 'show', '--config', '/nonexistent.toml']],
  ['configuration file to start from', EXIT_CODES.ok.code, () => ['config', 'init', '-']],
  ['configuration file where one is', EXIT_CODES.conflict.code, () => ['config', 'init', join(folder, 'bad.toml')]],
  ['configuration file in no folder', EXIT_CODES.missing.code, () => ['config', 'init', '/nonexistent/x.toml']],
  ['profile that does not exist', EXIT_CODES.usage.code, () => ['ping', '-H', host, '--profile', 'nowhere']],
  ['exit codes', EXIT_CODES.ok.code, () => ['help', 'exit-codes']],
  ['version', EXIT_CODES.ok.code, () => ['version']],
  ['health of nobody', EXIT_CODES.unreachable.code, () => ['health', '-H', 'http://127.0.0.1:1']],
  ['databases of nobody', EXIT_CODES.unreachable.code, () => ['db', 'list', '-H', 'http://127.0.0.1:1']],
  [
    'database with a duration that is none',
    EXIT_CODES.usage.code,
    () => statement('db', 'create', 'x', '--rp-duration', 'x'),
  ],
  ['database dropped without a yes', EXIT_CODES.missing.code, () => statement('db', 'drop', 'x')],
  ['user without a password', EXIT_CODES.usage.code, () => statement('user', 'create', 'x')],
  ['user dropped without a yes', EXIT_CODES.usage.code, () => statement('user', 'drop', 'x')],
  ['grant on nothing', EXIT_CODES.usage.code, () => statement('user', 'grant', 'x')],
  ['backfill plan without a source', EXIT_CODES.usage.code, () => ['backfill', 'plan', '-d', 'x']],
  [
    'backfill plan of nobody',
    EXIT_CODES.unreachable.code,
    () => ['backfill', 'plan', '--source', 'http://127.0.0.1:1', '-d', 'x'],
  ],
  ['backfill run without a source', EXIT_CODES.usage.code, () => ['backfill', 'run', '--state', join(folder, 'none')]],
  ['backfill run of no plan', EXIT_CODES.missing.code, () => ['backfill', 'run', '--plan', '/nonexistent.json']],
  ['backfill status of nothing', EXIT_CODES.missing.code, () => ['backfill', 'status', '--state', '/nonexistent']],
  ['backfill verify of nothing', EXIT_CODES.missing.code, () => ['backfill', 'verify', '--state', '/nonexistent']],
  ['backfill load of nothing', EXIT_CODES.missing.code, () => ['backfill', 'load', '--from-dir', '/nonexistent']],
  ['backfill load from nowhere', EXIT_CODES.usage.code, () => ['backfill', 'load']],
  ['import that succeeds', EXIT_CODES.ok.code, () => ['import', '-H', host, '-d', 'fine', join(folder, 'good.lp')]],
  [
    'import refused in part',
    EXIT_CODES.partial.code,
    () => ['import', '-H', host, '-d', 'partial', join(folder, 'good.lp')],
  ],
  [
    'import without permission',
    EXIT_CODES.denied.code,
    () => ['import', '-H', host, '-d', 'denied', join(folder, 'good.lp')],
  ],
  [
    'import into no database',
    EXIT_CODES.missing.code,
    () => ['import', '-H', host, '-d', 'missing', join(folder, 'good.lp')],
  ],
  [
    'import to a full disk',
    EXIT_CODES['no-space'].code,
    () => ['import', '-H', host, '-d', 'full', join(folder, 'good.lp')],
  ],
  ['import of a missing file', EXIT_CODES.missing.code, () => ['import', '-H', host, '-d', 'fine', '/nonexistent.lp']],
  [
    'import of a missing table',
    EXIT_CODES.missing.code,
    () => ['import', '-H', host, '-d', 'fine', '/nonexistent.csv'],
  ],
  ['import of an unknown format', EXIT_CODES.usage.code, () => ['import', '-d', 'fine', 'x.doc']],
  [
    'import of too many errors',
    EXIT_CODES.failed.code,
    () => ['import', '-H', host, '-d', 'partial', '--max-errors', '0', join(folder, 'good.lp')],
  ],
  [
    'import of a table without a time',
    EXIT_CODES.usage.code,
    () => ['import', '-H', host, '-d', 'fine', join(folder, 'bad.csv')],
  ],
  [
    'export of no directory',
    EXIT_CODES.missing.code,
    () => ['export', '--data-dir', '/nonexistent', '-d', 'x', '--out', folder],
  ],
  [
    'export from nobody',
    EXIT_CODES.unreachable.code,
    () => ['export', '-H', 'http://127.0.0.1:1', '-d', 'x', '--out', folder],
  ],
  [
    'export of Parquet to stdout',
    EXIT_CODES.usage.code,
    () => ['export', '-H', host, '-d', 'x', '--format', 'parquet'],
  ],
  ['open address without authentication', EXIT_CODES.usage.code, () => ['serve', '--bind', '0.0.0.0:0']],
]

describe.each(CASES)('%s', (_, exit, args) => {
  test(`ends with ${exit}, for people and with --json`, async () => {
    const [human, machine] = await Promise.all([
      runBin(args(), { cwd: folder }),
      runBin([...args(), '--json'], { cwd: folder }),
    ])
    expect(human, human.stderr).toMatchObject({ exit })
    expect(machine, machine.stdout).toMatchObject({ exit })
    const document = JSON.parse(machine.stdout)
    if (exit === EXIT_CODES.ok.code || exit === EXIT_CODES.partial.code) {
      expect(document.schema).toMatch(/^hyperbyte\./)
    } else {
      expect(document.error).toMatchObject({ exit, code: expect.any(String), message: expect.any(String) })
      expect(human.stdout).toBe('')
      expect(human.stderr).not.toContain('    at ')
    }
  })
})

test('an unknown command ends with 127 and names the nearest one', async () => {
  const { exit, stderr, stdout } = await runBin(['qurey'])
  expect({ exit, stdout }).toEqual({ exit: 127, stdout: '' })
  expect(stderr).toContain('hyperbyte query')
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a command that waits ends on %s as a shell expects', async (signal, code) => {
  const child = spawnBin(['ping', '-H', 'http://127.0.0.1:1', '--wait', '60s'])
  const outcome = outcomeOf(child)
  setTimeout(() => child.kill(signal), 700)
  const { exit, signal: endedBy } = await outcome
  // Ended by the signal itself, which a shell reports as 128 + its number, or with that number.
  expect(endedBy ?? exit).toBe(endedBy === null ? code : signal)
})

test('--version takes at most 200 ms of processor time, and -V is the same', async () => {
  const [long, short] = [await runBin(['--version']), await runBin(['-V'])]
  expect(long.stdout).toMatch(/^hyperbyte\/\d+\.\d+\.\d+ /)
  expect(short.stdout).toBe(long.stdout)
  // Processor time, because the clock on the wall also counts what else runs on a busy machine.
  const runs = Array.from({ length: 5 }, () => processorMs(['--version']))
  expect(Math.min(...runs)).toBeLessThan(200)
})

/** User and system time of one run, from the shell's `times`. */
function processorMs(args: readonly string[]): number {
  const script = '"$@" > /dev/null; times'
  const output = execFileSync('sh', ['-c', script, 'sh', process.execPath, BIN, ...args], { encoding: 'utf8' })
  const [, user, system] = /(\S+) (\S+)\s*$/.exec(output)!
  return secondsOf(user) * 1000 + secondsOf(system) * 1000
}

/** `0m0.120000s` */
function secondsOf(text: string): number {
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text)!
  return Number(minutes) * 60 + Number(seconds)
}

test('no colour reaches a pipe, nor a terminal that asks for none', async () => {
  const { stderr } = await runBin(['ping', '-H', 'http://127.0.0.1:1'], { environment: { NO_COLOR: '1' } })
  expect(stderr).not.toMatch(/\u001b\[/)
})
