import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../../src/cli/exit-codes.js'
import { BIN, outcomeOf, requireBuild, runBin, spawnBin } from '../support/built-bin.js'
import { listen } from '../support/listen.js'
import { type ServedBin, serveBin, stopServed } from '../support/serve-bin.js'

/** A server whose answer is chosen by the database that a request names: `status-404`, and so on. */
const ANSWERS: Readonly<Record<string, readonly [status: number, body: string]>> = {
  fine: [204, ''],
  partial: [400, '{"error":"partial write: points beyond retention policy dropped=1"}'],
  denied: [401, '{"error":"authorization failed"}'],
  missing: [404, '{"error":"database not found: \\"missing\\""}'],
  busy: [503, '{"error":"try again"}'],
  full: [507, '{"error":"no space left on device"}'],
  wrong: [500, '{"error":"write failed"}'],
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const MANY_LINES = Array.from({ length: 300_000 }, (_, index) => `m v=${index} ${index + 1}`).join('\n')

const POLICY_CONFLICT = 'retention policy conflicts with an existing policy'

let server: Server
let host: string
let folder: string
/** Of the two runs of a case, which go side by side: neither finds the locks and the state of the other. */
let folders: readonly [human: string, machine: string]
/** Holds the data directory `held`. */
let holder: ServedBin

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-exit-'))
  folders = [join(folder, 'human'), join(folder, 'machine')]
  for (const path of folders) mkdirSync(path)
  writeFileSync(join(folder, 'bad.toml'), '[http]\nbind = 1\n')
  writeFileSync(join(folder, 'good.lp'), 'm v=1 1\n')
  writeFileSync(join(folder, 'many.lp'), MANY_LINES)
  writeFileSync(join(folder, 'bad.csv'), 'a,b\n1,2\n')
  mkdirSync(join(folder, 'newer'))
  writeFileSync(join(folder, 'newer', 'hyperbyte-backup'), `hyperbyte-repository 9 ${'0'.repeat(64)}\n{}\n`)
  holder = await serveBin(['--data-dir', join(folder, 'held')])
  server = createServer((req, res) => {
    req.resume()
    const name = new URL(req.url ?? '/', 'http://x').searchParams.get('db') ?? ''
    const [status, body] = answer(req.url ?? '', name)
    res.writeHead(status, { 'x-influxdb-version': '1.8.10' }).end(body)
  })
  host = await listen(server)
})

afterAll(async () => {
  server.close()
  await stopServed(holder)
  rmSync(folder, { recursive: true })
})

function answer(url: string, name: string): readonly [number, string] {
  if (url.startsWith('/sick/health')) return [503, '{"status":"fail","message":"the disk is full","version":"1"}']
  if (url.startsWith('/sick/ping')) return [204, '']
  if (url.startsWith('/query')) return answerQuery(name)
  return ANSWERS[name] ?? [404, 'page not found']
}

function answerQuery(name: string): readonly [number, string] {
  if (name === 'fine' || name === '') return [200, '{"results":[{"statement_id":0}]}\n']
  if (name === 'missing') return [200, '{"results":[{"statement_id":0,"error":"database not found: missing"}]}\n']
  if (name === 'conflict') return [200, `{"results":[{"error":"${POLICY_CONFLICT}"}]}\n`]
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
  ['write refused too often', EXIT_CODES.failed.code, () => [...write('partial'), '--max-errors', '0']],
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
  ['backfill run without a source', EXIT_CODES.usage.code, () => ['backfill', 'run', '--state', './none']],
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
  ['health of a server that fails', EXIT_CODES.mismatch.code, () => ['health', '-H', `${host}/sick`]],
  [
    'query of a directory that a server holds',
    EXIT_CODES.locked.code,
    () => ['query', '--data-dir', join(folder, 'held'), '-e', 'x'],
  ],
  [
    'server on a directory that another holds',
    EXIT_CODES.locked.code,
    () => ['serve', '--data-dir', join(folder, 'held')],
  ],
  [
    'repository of a newer version',
    EXIT_CODES.conflict.code,
    () => ['backup', 'list', '--repo', join(folder, 'newer')],
  ],
  ['database that exists otherwise', EXIT_CODES.conflict.code, () => query('conflict')],
  ['log file in no directory', EXIT_CODES.missing.code, () => ['ping', '--log-file', '/nonexistent/x.log']],
  ['errors file in no directory', EXIT_CODES.missing.code, () => [...write('fine'), '--errors-file', '/nonexistent/x']],
  [
    'password file that is not there',
    EXIT_CODES.missing.code,
    () => ['ping', '-u', 'x', '--password-file', '/nonexistent'],
  ],
  ['open address without authentication', EXIT_CODES.usage.code, () => ['serve', '--bind', '0.0.0.0:0']],
]

const isFine = (exit: number) => [EXIT_CODES.ok.code, EXIT_CODES.partial.code].some((code) => code === exit)

/** Those that end so tell it in their answer rather than as a failure. */
const ANSWERS_WITH_CHECK = ['health']

describe.each(CASES)('%s', (_, exit, args) => {
  test(`ends with ${exit}, for people and with --json`, async () => {
    const isAnswer = isFine(exit) || (ANSWERS_WITH_CHECK.includes(args()[0]!) && exit === EXIT_CODES.mismatch.code)
    const [human, machine] = await Promise.all([
      runBin(args(), { cwd: folders[0] }),
      runBin([...args(), '--json'], { cwd: folders[1] }),
    ])
    expect(human, human.stderr).toMatchObject({ exit })
    expect(machine, machine.stdout).toMatchObject({ exit })
    expectDocument(machine.stdout, isAnswer ? null : exit)
    if (!isAnswer) expectExplanation(human)
  })
})

/** `exit` null: the answer itself. */
function expectDocument(stdout: string, exit: number | null): void {
  const document = JSON.parse(stdout)
  expect(document.schema).toMatch(/^hyperbyte\.[a-z.-]+\/\d+$/)
  if (exit === null) return
  expect(Object.keys(document)).toEqual(['schema', 'error'])
  expect(document.schema).toBe('hyperbyte.error/1')
  expect(Object.keys(document.error)).toEqual(['code', 'message', 'hint', 'exit', 'trace'])
  expect(document.error).toMatchObject({ exit, code: expect.stringMatching(/^[a-z-]+$/), message: expect.any(String) })
  expect(document.error.hint).toEqual(expect.any(String))
}

/** What failed and why on the first line, where (the message, or a line of its own), and what next on the last. */
function expectExplanation({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  expect(stdout).toBe('')
  expect(stderr).not.toContain('    at ')
  const lines = stderr.trimEnd().split('\n')
  expect(
    lines.some((line) => /^hyperbyte( [a-z-]+)*: \S/.test(line)),
    stderr,
  ).toBe(true)
  expect(lines.at(-1), stderr).toMatch(/^ {2}hint: \S/)
  if (stderr.includes('  trace: ')) expect(stderr).toMatch(/https?:\/\/127/)
}

test('every exit code is in the table, but the one that a single node never ends with', () => {
  const found = new Set(CASES.map(([, exit]) => exit))
  const missing = Object.entries(EXIT_CODES).filter(([, { code }]) => !found.has(code))
  expect(missing.map(([name]) => name)).toEqual(['no-leader'])
})

test('an unknown command ends with 127 and names the nearest one', async () => {
  const human = await runBin(['qurey'])
  expect(human).toMatchObject({ exit: 127 })
  expect(human.stderr).toContain('did you mean "query"?')
  expectExplanation(human)
  const machine = await runBin(['qurey', '--json'])
  expect(machine).toMatchObject({ exit: 127, stderr: '' })
  expectDocument(machine.stdout, 127)
})

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('long work stopped by %s', (signal, code) => {
  test.each([[[]], [['--json']]])(`ends with ${code} and the command that goes on %j`, async (more) => {
    const file = `many-${signal}-${more.length}.lp`
    writeFileSync(join(folder, file), MANY_LINES)
    const child = spawnBin(
      ['import', '-H', host, '-d', 'fine', file, '--rate', '100', '--resume', '--progress', 'json', ...more],
      { cwd: folder },
    )
    const outcome = outcomeOf(child)
    // Its first word comes a second after it began.
    child.stderr?.once('data', () => child.kill(signal))
    const { exit, stdout, stderr } = await outcome
    expect(exit, stderr).toBe(code)
    if (more.length === 0) expect(stderr).toMatch(/"hint":"to go on: hyperbyte import [^"]*--resume/)
    else expectDocument(stdout, code)
  })
})

/** A disk of 2 MiB without a free byte, in name spaces of our own: needs neither root nor a clean-up. */
const FULL_DISK = 'mount -t tmpfs -o size=2m tmpfs "$1" && cd "$1" && { head -c 4m /dev/zero > ballast; } 2> /dev/null'
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0

describe.runIf(canMount).each([
  ['configuration file', ['config', 'init', './x.toml']],
  ['log file', ['version', '--log-file', './x.log']],
  ['server', ['serve', '--data-dir', './data', '--bind', '127.0.0.1:0', '--log-level', 'error']],
  ['write into a directory', ['import', '--data-dir', './data', '-d', 'x', '../many.lp']],
])('%s on a full disk', (_, args) => {
  test.each([[[]], [['--json']]])(`ends with ${EXIT_CODES['no-space'].code} %j`, (more) => {
    const place = mkdtempSync(join(folder, 'full-'))
    const script = `${FULL_DISK}; shift; exec "$@"`
    const run = ['-rm', 'sh', '-c', script, 'sh', place, process.execPath, BIN, ...args, ...more]
    const { status, stdout, stderr } = spawnSync('unshare', run, { encoding: 'utf8' })
    expect(status, stdout + stderr).toBe(EXIT_CODES['no-space'].code)
    if (more.length === 0) expectExplanation({ stdout, stderr })
    else expectDocument(stdout, EXIT_CODES['no-space'].code)
  })
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

test('--version loads oclif and no command, and -V is the same', async () => {
  const loaded = join(folder, 'loaded')
  const long = await runBin(['--version'], { environment: { NODE_V8_COVERAGE: loaded } })
  const short = await runBin(['-V'])
  expect(long.stdout).toMatch(/^hyperbyte\/\d+\.\d+\.\d+ /)
  expect(short.stdout).toBe(long.stdout)
  const files = loadedFiles(loaded)
  const ours = files.filter((file) => !file.includes('/node_modules/')).map((file) => file.slice(ROOT.length))
  expect(ours.sort()).toEqual(['bin/run.js', 'dist/cli/rewrite-influx-flags.js'])
  const heavy = files.filter((file) =>
    /\/node_modules\/(@duckdb|classic-level|ink|level|react|re2js|undici)\//.test(file),
  )
  expect(heavy).toEqual([])
  expect(files.length).toBeLessThan(200)
})

/** What V8 noted of a process: every module it has run. */
function loadedFiles(place: string): string[] {
  const [note] = readdirSync(place)
  const { result } = JSON.parse(readFileSync(join(place, note), 'utf8')) as { result: readonly { url: string }[] }
  return result.filter(({ url }) => url.startsWith('file:')).map(({ url }) => fileURLToPath(url))
}

test('no colour reaches a pipe, nor a terminal that asks for none', async () => {
  const { stderr } = await runBin(['ping', '-H', 'http://127.0.0.1:1'], { environment: { NO_COLOR: '1' } })
  expect(stderr).not.toMatch(/\u001b\[/)
})
