import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type IPty, spawn } from '@lydell/node-pty'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BIN, requireBuild, runBin } from '../../support/built-bin.js'
import { pollUntil } from '../../support/poll-until.js'
import { type ServedBin, serveBin, stopServed } from '../../support/serve-bin.js'

let folder: string
let server: ServedBin
let url: string
let shell: IPty
let screen: string
let ended: Promise<number>

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-shell-'))
  server = await serveBin(['--data-dir', path.join(folder, 'data')])
  url = server.url
  await runBin(['db', 'create', 'telegraf', '-H', url])
  const lines = Array.from({ length: 200 }, (_, i) => `cpu,host=server${i % 3} usage=${i} ${i + 1}`)
  await runBin(['write', '-H', url, '-d', 'telegraf', '-'], { stdin: lines.join('\n') })
})

afterAll(async () => {
  await stopServed(server)
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  screen = ''
  shell = spawn(process.execPath, [BIN, 'shell', '-H', url], {
    cols: 100,
    rows: 30,
    env: { ...process.env, XDG_STATE_HOME: folder, PAGER: 'sed "s/^/PAGED /"', TERM: 'xterm', HOME: folder },
  })
  shell.onData((data) => {
    screen += data
  })
  ended = new Promise((resolve) => shell.onExit(({ exitCode }) => resolve(exitCode)))
  await until('> ')
})

afterEach(() => {
  try {
    shell.kill()
  } catch {
    // Ended by the test.
  }
})

/** Waits until the screen shows this behind `from`. */
async function until(text: string, from = 0): Promise<void> {
  await pollUntil(
    () => screen.slice(from).includes(text),
    () => `waiting for ${JSON.stringify(text)}, the screen shows ${screen.slice(from)}`,
  )
}

async function type(keys: string, answer: string): Promise<void> {
  const from = screen.length
  shell.write(keys)
  await until(answer, from)
}

/** A Tab does not wait long for a busy server; the next one has the answer. */
async function completeTo(ending: string): Promise<void> {
  const from = screen.length
  let typedMs = Number.NEGATIVE_INFINITY
  const isCompleted = () => {
    if (screen.slice(from).includes(ending)) return true
    if (performance.now() - typedMs > TAB_MS) {
      shell.write('\t')
      typedMs = performance.now()
    }
    return false
  }
  await pollUntil(isCompleted, () => `waiting for ${ending}, the screen shows ${screen.slice(from)}`)
}

const TAB_MS = 3000
const FOLDERS = ['hyperbyte', 'shell_history'] as const

test('greets, answers, completes names of the server and ends with 0', async () => {
  expect(screen).toContain(`Connected to ${url} version`)
  // A Tab inside a paste is no question for names.
  await type('use tele', 'tele')
  await completeTo('graf')
  await type('\r', 'Using database telegraf')
  await type('SELECT max(us', 'us')
  await completeTo('age')
  await type(') FROM cpu\r', '199')
  await type('exit\r', '')
  expect(await ended).toBe(0)
})

test('a line with an open quote goes on with the next one', async () => {
  await type("select usage from telegraf..cpu where host = 'server1\r", '... ')
  await type("' limit 1\r", '> ')
})

test('an empty line ends a statement that would go on for ever', async () => {
  await type('select mean(usage\r', '... ')
  await type('\r', 'ERR: error parsing query')
})

test('an answer longer than the screen goes through the pager, and the shell goes on', async () => {
  await type('select usage from telegraf..cpu\r', 'PAGED 200')
  await type('show databases\r', 'telegraf')
})

test('Ctrl-C empties a line, and on an empty one ends the shell when pressed twice', async () => {
  await type('half a line\u0003', '^C')
  await type('show databases\r', 'telegraf')
  await type('\u0003', 'again')
  await type('\u0003', '')
  expect(await ended).toBe(130)
})

test('passwords are not shown, and lines with them not remembered', async () => {
  await type("create user ada with password 'secret1'\r", '> ')
  await type('auth\r', 'username: ')
  await type('ada\r', 'password: ')
  const from = screen.length
  await type('secret1\r', '> ')
  expect(screen.slice(from)).not.toContain('secret1')
  await type('show users\r', 'ada')
  await type('\u0004', '')
  expect(await ended).toBe(0)
  const file = path.join(folder, ...FOLDERS)
  expect(existsSync(file)).toBe(true)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).not.toContain('secret1')
  expect(readFileSync(file, 'utf8')).toContain('show users')
})

test('an error is one line and no end', async () => {
  await type('selct\r', 'ERR: error parsing query')
  await type('show databases\r', 'telegraf')
})
