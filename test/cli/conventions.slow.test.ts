/** What holds for every command, tried with real processes, pipes, sockets and terminals. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { spawn } from '@lydell/node-pty'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BIN, requireBuild, runBin } from '../support/built-bin.js'
import { lastingPort } from '../support/lasting-port.js'
import { pollUntil } from '../support/poll-until.js'

const NOBODY = 'http://127.0.0.1:1'
const POLICIES = [
  ['autogen', '0s', '168h0m0s', 1, true],
  ['a_month', '720h0m0s', '24h0m0s', 1, false],
]

let folder: string
let server: Server
let host: string
/** `X-Request-Id` of what was asked. */
let marks: (string | undefined)[] = []

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-conventions-'))
  server = createServer(answer)
  host = `http://127.0.0.1:${await listen(server)}`
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

async function listen(on: Server, place: string | number = 0): Promise<number> {
  await new Promise<void>((resolve) => {
    if (typeof place === 'string') on.listen(place, resolve)
    else on.listen(place, '127.0.0.1', resolve)
  })
  return typeof place === 'string' ? 0 : (on.address() as AddressInfo).port
}

/** Two databases with two policies; a write to `full` finds no space. */
function answer(req: IncomingMessage, res: ServerResponse): void {
  marks.push(req.headers['x-request-id'] as string | undefined)
  let body = ''
  req.on('data', (piece) => {
    body += piece
  })
  req.on('end', () => {
    res.setHeader('x-influxdb-version', '1.8.10')
    if (req.url?.startsWith('/ping')) return res.writeHead(204).end()
    if (req.url?.includes('db=full')) return res.writeHead(507).end('{"error":"no space left on device"}')
    if (req.url?.startsWith('/write')) return res.writeHead(204).end()
    const text = new URLSearchParams(body).get('q') ?? ''
    const series = text.includes('RETENTION')
      ? { columns: ['name', 'duration', 'shardGroupDuration', 'replicaN', 'default'], values: POLICIES }
      : { name: 'databases', columns: ['name'], values: [['telegraf'], ['a_database_with_a_long_name']] }
    res.end(JSON.stringify({ results: [{ statement_id: 0, series: [series] }] }))
  })
}

const write = (...more: string[]) => ['write', '-H', host, '-d', 'x', 'm v=1', ...more]

describe('what is told', () => {
  test('by default a note on stderr, with -q nothing, with -v every request', async () => {
    expect((await runBin(write())).stderr).toMatch(/^wrote 1 line in 1 request .*\n$/)
    expect(await runBin(write('-q'))).toMatchObject({ exit: 0, stdout: '', stderr: '' })
    const { stderr } = await runBin(write('-v'))
    expect(stderr).toMatch(/^POST http:\S+\/write\?db=x&precision=ns 204 in \d+ ms$/m)
    expect(stderr).toMatch(/^ended with 0 after [\d.]+ s$/m)
    expect((await runBin(write('-vv'))).stderr).toMatch(/^ {2}trace [\da-f-]{36}$/m)
  })

  test('--log-file keeps all of it with times and without passwords, for its owner alone', async () => {
    const file = path.join(folder, 'run.log')
    await runBin(write('-q', '--log-file', file, '-u', 'ada', '--password', 'secret1'))
    await runBin(['write', '-H', host, '-d', 'full', 'm v=1', '--log-file', file])
    const log = readFileSync(file, 'utf8')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(log).not.toContain('secret1')
    for (const line of log.trimEnd().split('\n')) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \S|^\S+Z {3}\S/)
    expect(log).toMatch(/Z \$ hyperbyte write .*--password \(hidden\)/)
    expect(log).toContain('/write?db=x&precision=ns 204')
    expect(log).toContain('no space left on device')
    expect(log).toMatch(/ended with 11 after/)
  })

  test('a failure prints the mark under which the server heard the request', async () => {
    marks = []
    const { stderr } = await runBin(['write', '-H', host, '-d', 'full', 'm v=1'])
    const [, trace] = /^ {2}trace: (\S+)$/m.exec(stderr)!
    expect(new Set(marks)).toEqual(new Set([trace]))
    marks = []
    const machine = await runBin(['write', '-H', host, '-d', 'full', 'm v=1', '--trace-id', 'mine', '--json'])
    expect(JSON.parse(machine.stdout).error.trace).toBe('mine')
    expect(new Set(marks)).toEqual(new Set(['mine']))
  })

  test('a password on the command line is taken, with a warning', async () => {
    const { exit, stderr } = await runBin(write('-u', 'ada', '--password', 'x', '-q'))
    expect(exit).toBe(0)
    expect(stderr).toMatch(/^warning: a password on the command line/)
  })
})

describe('progress of long work', () => {
  const importing = (...more: string[]) => ['import', '-H', host, '-d', 'x', path.join(folder, 'points.lp'), ...more]

  beforeAll(() => writeFileSync(path.join(folder, 'points.lp'), 'm v=1 1\nm v=2 2\n'))

  test('json is lines on stderr that end with a summary, while stdout keeps its document', async () => {
    const { stdout, stderr } = await runBin(importing('--progress', 'json', '--json'))
    expect(JSON.parse(stdout).schema).toBe('hyperbyte.import/1')
    const lines = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ type: 'summary', elapsed_s: expect.any(Number) })
  })

  test('a failure is the last of the lines', async () => {
    const { exit, stderr } = await runBin(['backup', 'verify', '--repo', folder, '--progress', 'json'])
    const last = stderr.trimEnd().split('\n').at(-1)!
    expect(JSON.parse(last)).toMatchObject({ type: 'error', code: 'missing', exit, hint: expect.any(String) })
  })

  test.each(['auto', 'bar', 'plain', 'none'])('%s draws nothing of what is over at once', async (mode) => {
    expect((await runBin(importing('--progress', mode))).stderr).toMatch(/^imported 2 lines .*\n$/)
  })
})

describe('servers', () => {
  test('of several hosts the first that answers is taken', async () => {
    const { exit, stdout } = await runBin(['ping', '-H', NOBODY, '-H', host])
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.stringContaining(host) })
  })

  test.each(['HYPERBYTE_HOST', 'INFLUX_HOST'])('%s names one', async (name) => {
    expect((await runBin(['ping'], { environment: { [name]: host } })).stdout).toContain(host)
  })

  test('a server behind a socket is reached', async () => {
    const place = path.join(folder, 'server.sock')
    const behind = createServer(answer)
    await listen(behind, place)
    expect(await runBin(['ping', '--unix-socket', place])).toMatchObject({ exit: 0 })
    behind.close()
    expect(await runBin(['ping', '--unix-socket', `${place}.not`])).toMatchObject({ exit: 4 })
  })

  const isOpensslThere = spawnSync('openssl', ['version']).status === 0

  test.runIf(isOpensslThere)('a certificate is checked, against --ca-file when given, unless --insecure', async () => {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name))
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '2']
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1']
    expect(spawnSync('openssl', [...made, ...names, '-keyout', key, '-out', cert]).status).toBe(0)
    const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer)
    const url = `https://127.0.0.1:${await listen(secure)}`
    const refused = await runBin(['ping', '-H', url])
    expect(refused, refused.stderr).toMatchObject({ exit: 4 })
    expect(refused.stderr).toContain('certificate')
    expect(await runBin(['ping', '-H', url, '--ca-file', cert])).toMatchObject({ exit: 0 })
    expect(await runBin(['ping', '-H', url, '--insecure'])).toMatchObject({ exit: 0 })
    expect(await runBin(['ping', '-H', url, '--ca-file', '/nonexistent'])).toMatchObject({ exit: 6 })
    secure.close()
  })

  test('a server that is not there yet is waited for, and not longer than asked', async () => {
    const port = await lastingPort()
    const log = path.join(folder, 'late.log')
    const waiting = runBin(['ping', '-H', `http://127.0.0.1:${port}`, '--wait', '60s', '--log-file', log])
    const logged = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
    await pollUntil(() => logged().includes('/ping no answer (ECONNREFUSED)'), logged)
    const late = createServer(answer)
    await listen(late, port)
    expect(await waiting).toMatchObject({ exit: 0 })
    late.close()
    expect(await runBin(['health', '-H', NOBODY, '--ready', '--wait', '300ms'])).toMatchObject({ exit: 4 })
  })
})

describe('without a terminal', () => {
  test.each([
    [['db', 'drop', 'telegraf'], '--yes'],
    [['user', 'drop', 'ada'], '--yes'],
    [['user', 'create', 'ada'], '--password-stdin'],
    [['user', 'password', 'ada'], '--password-stdin'],
  ])('%j asks nothing, ends with 2 and names %s', async (args, flag) => {
    const { exit, stderr } = await runBin([...args, '-H', host])
    expect(exit, stderr).toBe(2)
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(flag)
  })

  test('a table has all of its columns', async () => {
    const { stdout } = await runBin(['db', 'list', '-H', host, '--sort', '-kept', '--columns', 'database,policy,kept'])
    expect(stdout.split('\n')[0]).toMatch(/^DATABASE +POLICY +KEPT$/)
  })
})

describe('on a terminal', () => {
  interface Terminal {
    readonly keys?: string
    readonly columnCount?: number
    readonly environment?: Readonly<Record<string, string>>
  }

  /** What it showed; `keys` are typed when it asks for a yes. */
  async function onTerminal(args: readonly string[], { keys = '', columnCount = 100, environment = {} }: Terminal) {
    const { FORCE_COLOR: _, NO_COLOR: __, CI: ___, ...rest } = process.env
    const shell = spawn(process.execPath, [BIN, ...args], {
      cols: columnCount,
      rows: 30,
      env: { ...rest, TERM: 'xterm', XDG_CONFIG_HOME: '/nonexistent', ...environment },
    })
    let screen = ''
    let isTyped = keys === ''
    shell.onData((data) => {
      screen += data
      if (isTyped || !screen.includes('[y/N]')) return
      isTyped = true
      shell.write(keys)
    })
    const exit = await new Promise<number>((resolve) => shell.onExit(({ exitCode }) => resolve(exitCode)))
    return { exit, screen }
  }

  test('what destroys asks, and does nothing without a yes', async () => {
    const refused = await onTerminal(['db', 'drop', 'telegraf', '-H', host], { keys: 'n\r' })
    expect(refused.exit).toBe(1)
    expect(refused.screen).toContain('drop database telegraf with')
    expect(refused.screen).toContain('[y/N]')
    expect(refused.screen).toContain('nothing was done')
    const agreed = await onTerminal(['db', 'drop', 'telegraf', '-H', host], { keys: 'y\r' })
    expect(agreed).toMatchObject({ exit: 0, screen: expect.stringContaining('dropped database telegraf') })
  })

  test('a table that has no room loses columns, not lines', async () => {
    const narrow = await onTerminal(['db', 'list', '-H', host], { columnCount: 50 })
    expect(narrow.screen).toMatch(/DATABASE +POLICY/)
    expect(narrow.screen).not.toContain('DEFAULT')
    for (const line of narrow.screen.split('\r\n')) expect(line.length).toBeLessThanOrEqual(50)
    expect((await onTerminal(['db', 'list', '-H', host, '--wide'], { columnCount: 50 })).screen).toContain('DEFAULT')
  })
})

describe('colour', () => {
  const picture = (...more: string[]) => ['top', '-H', host, '--once', '--refresh', '500ms', ...more]
  const isColored = ({ stdout }: { readonly stdout: string }) => stdout.includes('\u001b[')

  test('is nowhere on a pipe, unless it is forced', async () => {
    expect(isColored(await runBin(picture()))).toBe(false)
    expect(isColored(await runBin(picture(), { environment: { FORCE_COLOR: '1' } }))).toBe(true)
  })

  test('NO_COLOR and --no-color win over that', async () => {
    const environment = { FORCE_COLOR: '1' }
    expect(isColored(await runBin(picture('--no-color'), { environment }))).toBe(false)
    expect(isColored(await runBin(picture(), { environment: { ...environment, NO_COLOR: '1' } }))).toBe(false)
  })
})

test('times may be days, RFC 3339, counts since 1970 with a unit, or distances from now', async () => {
  for (const start of ['2026-11-01', '2026-11-01T12:00:00Z', '1700000000s', '1700000000000ms', '-7d', 'now-1h']) {
    const args = ['debug', 'diff', NOBODY, NOBODY, '--since', start]
    expect(await runBin(args), start).toMatchObject({ exit: 4 })
  }
  expect(await runBin(['debug', 'diff', NOBODY, NOBODY, '--since', '1700000000'])).toMatchObject({ exit: 2 })
})
