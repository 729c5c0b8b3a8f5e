/** The dashboard in a real terminal, on pipes and in tmux, against the real server under load. */

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isInstalled } from '../../conformance/harness/installed.js'
import { isInfluxdInstalled, startInfluxd } from '../../conformance/influxd.js'
import { BIN, requireBuild, runBin } from '../../support/built-bin.js'
import { lastingPort } from '../../support/lasting-port.js'
import { pollUntil } from '../../support/poll-until.js'
import { type ServedBin, serveBin, stopServed } from '../../support/serve-bin.js'
import { openTerminal, type TestTerminal } from './open-terminal.js'

const BYTES_PER_REFRESH_MAX = 4096

let folder: string
let server: ServedBin
const terminals: TestTerminal[] = []
let isLoading = true

function serve(bind: string): Promise<ServedBin> {
  return serveBin(['--data-dir', path.join(folder, 'data')], { bind })
}

async function write(url: string, value: number): Promise<void> {
  const body = Array.from({ length: 50 }, (_, row) => `cpu,host=h${row} v=${value}`).join('\n')
  await fetch(`${url}/write?db=telegraf`, { method: 'POST', body })
}

async function load(url: string): Promise<void> {
  for (let i = 0; isLoading; i++) {
    await write(url, i).catch(() => {})
    const text = encodeURIComponent(`SELECT mean(v) FROM cpu WHERE time > now() - ${1 + (i % 5)}m GROUP BY host`)
    if (i % 5 === 0)
      await fetch(`${url}/query?db=telegraf&q=${text}`)
        .then((answer) => answer.text())
        .catch(() => '')
    await sleep(50)
  }
}

function open(args: readonly string[], options: Parameters<typeof openTerminal>[1] = {}): TestTerminal {
  const terminal = openTerminal(['-H', server.url, '--no-mouse', ...args], options)
  terminals.push(terminal)
  return terminal
}

/** A sample has come. On a busy machine the server may be right to say that its event loop is late. */
function hasSample(text: string): boolean {
  return text.includes('● healthy') || text.includes('DEGRADED (event loop late')
}

function isWhole(text: string): boolean {
  return hasSample(text) && text.includes('q quit') && /WRITES\/s +[\d.]/.test(text)
}

/** Listens and takes what comes, and never answers. */
async function startSilent() {
  const sockets: Socket[] = []
  const silent = createServer((socket) => void sockets.push(socket.on('error', () => {})))
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  const stop = () => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  }
  return { url: `http://127.0.0.1:${port}`, stop }
}

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-top-'))
  server = await serve(`127.0.0.1:${await lastingPort()}`)
  await fetch(`${server.url}/query?q=${encodeURIComponent('CREATE DATABASE telegraf')}`, { method: 'POST' })
  await write(server.url, 0)
  void load(server.url)
})

afterEach(async () => {
  for (const terminal of terminals.splice(0)) {
    try {
      process.kill(terminal.pid, 'SIGKILL')
    } catch {
      // It has ended, as it should.
    }
  }
})

afterAll(async () => {
  isLoading = false
  await stopServed(server, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('on a terminal', () => {
  it('shows a first frame before the server has answered, and ends without an answer', async () => {
    const silent = await startSilent()
    try {
      const terminal = openTerminal(['-H', silent.url, '--no-mouse', '--timeout', '1h'])
      terminals.push(terminal)
      await terminal.waitFor('a frame', (text) => text.includes('1 Overview') && text.includes('◌ connecting'))
      terminal.type('q')
      expect(await terminal.ended).toBe(0)
      await terminal.waitFor('the last word', (text) => text.includes(`${silent.url}: not asked yet`))
    } finally {
      silent.stop()
    }
  })

  it('shows all of it with the first samples, and little more with each refresh', async () => {
    const terminal = open(['--refresh', '1s'])
    await terminal.waitFor('all of the overview', isWhole)
    expect(terminal.screen()).toBe('alternate')
    expect(terminal.isCursorShown()).toBe(false)
    const [before, startMs] = [terminal.byteCount(), performance.now()]
    await sleep(5000)
    const refreshCount = Math.ceil((performance.now() - startMs) / 1000)
    expect((terminal.byteCount() - before) / refreshCount).toBeLessThan(BYTES_PER_REFRESH_MAX)
  })

  it.each([
    ['q', 0, (terminal: TestTerminal) => terminal.type('q')],
    ['Ctrl-C', 0, (terminal: TestTerminal) => terminal.type('\x03')],
    ['SIGTERM', 143, (terminal: TestTerminal) => terminal.kill('SIGTERM')],
    ['SIGHUP', 129, (terminal: TestTerminal) => terminal.kill('SIGHUP')],
  ])('gives the terminal back after %s', async (_name, exitCode, end) => {
    const terminal = open([])
    await terminal.waitFor('a sample', hasSample)
    end(terminal)
    expect(await terminal.ended).toBe(exitCode)
    const lastWord = new RegExp(`${server.url}: (healthy|degraded \\(event loop late)`)
    await terminal.waitFor('the last word', (text) => lastWord.test(text))
    expect(terminal.screen()).toBe('normal')
    expect(terminal.isCursorShown()).toBe(true)
  })

  it('draws everything anew in the new size', async () => {
    const terminal = open([])
    await terminal.waitFor('all of the overview', isWhole)
    terminal.resize(80, 24)
    const isRedrawn = (lines: readonly string[]) => lines[22].includes('q quit') && lines[2] === '─'.repeat(80)
    await terminal.waitFor('80 columns', (text) => isRedrawn(text.split('\n')))
    terminal.resize(130, 40)
    await terminal.waitFor('130 columns', (text) => text.split('\n')[2] === '─'.repeat(130))
    terminal.resize(30, 8)
    await terminal.waitFor('a word about the size', (text) => text.includes('too small'))
    terminal.type('q')
    expect(await terminal.ended).toBe(0)
  })

  it('goes through data down to the values of a tag', async () => {
    const terminal = open(['--view', 'data'])
    await terminal.waitFor('databases', (text) => text.includes('telegraf'))
    for (const [key, next] of [
      ['\r', 'autogen'],
      ['\r', 'MEASUREMENT'],
      ['\r', 'KIND'],
      ['\r', 'most series first'],
    ]) {
      terminal.type(key)
      await terminal.waitFor(next, (text) => text.includes(next) && !text.includes('asking the server'))
    }
    // A frame may come in pieces.
    await terminal.waitFor('the values', (text) => text.includes('h19'))
    terminal.type('q')
    await terminal.ended
  })

  it('compacts after a second key, and lists it as a job', async () => {
    const terminal = open(['--view', 'storage', '--refresh', '500ms'])
    await terminal.waitFor('the view', (text) => text.includes('WAITS TO BE MERGED'))
    terminal.type('C')
    await terminal.waitFor('a question', (text) => text.includes('compact everything now?'))
    terminal.type('y')
    await terminal.waitFor('an answer', (text) => text.includes('compaction has begun'))
    terminal.type('8')
    await terminal.waitFor('the job', (text) => /compaction .* all databases/.test(text))
    terminal.type('q')
    await terminal.ended
  })

  it('keeps the last picture while the server is away, and goes on when it is back', async () => {
    const terminal = open(['--refresh', '500ms'])
    await terminal.waitFor('all of the overview', isWhole)
    await stopServed(server, 'SIGKILL')
    await terminal.waitFor('a banner', (text) => text.includes('▲ RECONNECTING'))
    expect(terminal.text()).toContain('DISK FREE')
    server = await serve(new URL(server.url).host)
    await terminal.waitFor('the server again', hasSample)
    terminal.type('q')
    expect(await terminal.ended).toBe(0)
  })

  it('asks the next host when one does not answer', async () => {
    const terminal = openTerminal(['-H', 'http://127.0.0.1:9', '-H', server.url, '--no-mouse'])
    terminals.push(terminal)
    await terminal.waitFor('a sample', hasSample)
    terminal.type('q')
    await terminal.ended
  })

  it('records, and replays what it recorded without a server', async () => {
    const file = path.join(folder, 'incident.jsonl')
    const recording = open(['--record', file, '--refresh', '500ms'])
    await recording.waitFor('all of the overview', isWhole)
    const countLines = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0)
    await pollUntil(
      () => countLines() > 2,
      () => `${countLines()} samples are recorded`,
    )
    recording.type('q')
    await recording.ended
    const count = countLines()
    const replay = openTerminal(['--replay', file, '--no-mouse', '--refresh', '500ms'])
    terminals.push(replay)
    await replay.waitFor('the last sample', (text) => text.includes(`REPLAY ${count} of ${count}`))
    replay.type('\x1b[D')
    await replay.waitFor('an earlier one', (text) => text.includes(`REPLAY ${count - 1} of ${count}`))
    replay.type('q')
    expect(await replay.ended).toBe(0)
  })

  it('has no colours with NO_COLOR', async () => {
    const terminal = open([], { environment: { NO_COLOR: '1' } })
    await terminal.waitFor('all of the overview', isWhole)
    expect(terminal.written()).not.toMatch(/\x1b\[(?:\d+;)*3\dm/)
    const colored = open([])
    await colored.waitFor('all of the overview', isWhole)
    expect(colored.written()).toMatch(/\x1b\[(?:\d+;)*3\dm/)
    terminal.type('q')
    await terminal.ended
  })
})

describe('on a pipe', () => {
  it('prints one picture and ends', async () => {
    const { exit, stdout, stderr } = await runBin(['top', '-H', server.url, '--refresh', '500ms'])
    expect(exit).toBe(0)
    expect(hasSample(stdout), stdout).toBe(true)
    expect(stdout).not.toContain('\x1b')
    expect(stderr).toContain('no terminal')
  })

  it('prints one document for --json and a line each for --jsonl', async () => {
    const once = await runBin(['top', '-H', server.url, '--json', '--refresh', '3s'])
    const document = JSON.parse(once.stdout)
    expect(document.schema).toBe('hyperbyte.top/1')
    expect(document.rates.total.points).toBeGreaterThan(0)
    const lines = await runBin(['top', '-H', server.url, '--jsonl', '--count', '2', '--refresh', '500ms'])
    expect(
      lines.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).schema),
    ).toEqual(['hyperbyte.top/1', 'hyperbyte.top/1'])
  })

  it('ends well when nobody reads any more', () => {
    const command = `set -o pipefail; "${process.execPath}" "${BIN}" top -H ${server.url} --jsonl --refresh 500ms | head -n 1`
    const line = execFileSync('bash', ['-c', command], { encoding: 'utf8' })
    expect(JSON.parse(line).schema).toBe('hyperbyte.top/1')
  })

  it('says 4 when there is no server', async () => {
    const { exit, stderr } = await runBin(['top', '-H', 'http://127.0.0.1:9', '--once'])
    expect(exit).toBe(4)
    expect(stderr).toContain('cannot reach')
  })
})

it.skipIf(!isInstalled('tmux', ['-V']))('works in tmux', async () => {
  const socket = path.join(folder, 'tmux')
  const tmux = (...args: string[]) => execFileSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' })
  const command = `env CI=false "${process.execPath}" "${BIN}" top -H ${server.url} --refresh 500ms`
  tmux('new-session', '-d', '-s', 'top', '-x', '100', '-y', '30', command)
  try {
    const seen = async (isThere: (text: string) => boolean) => {
      for (let i = 0; i < 600; i++) {
        const text = tmux('capture-pane', '-p', '-t', 'top')
        if (isThere(text)) return text
        await sleep(200)
      }
      throw new Error(tmux('capture-pane', '-p', '-t', 'top'))
    }
    await seen(isWhole)
    tmux('send-keys', '-t', 'top', '6')
    await seen((text) => text.includes('t switches'))
  } finally {
    tmux('kill-session', '-t', 'top')
  }
})

it.skipIf(!isInfluxdInstalled)('shows an InfluxDB 1.x server as far as it can', async () => {
  const influxd = await startInfluxd()
  try {
    await fetch(`${influxd.url}/query?q=${encodeURIComponent('CREATE DATABASE legacy')}`, { method: 'POST' })
    await fetch(`${influxd.url}/write?db=legacy`, { method: 'POST', body: 'm,host=a v=1\nm,host=b v=2' })
    const terminal = openTerminal(['-H', influxd.url, '--no-mouse', '--refresh', '500ms'])
    terminals.push(terminal)
    await terminal.waitFor('the overview', (text) => text.includes('InfluxDB 1.'))
    terminal.type('5')
    await terminal.waitFor('its databases', (text) => text.includes('legacy'))
    terminal.type('6')
    await terminal.waitFor('its queries', (text) => text.includes('SHOW QUERIES'))
    terminal.type('7')
    await terminal.waitFor('why not', (text) => text.includes('it fills the views 1, 5 and 6 only'))
    terminal.type('q')
    expect(await terminal.ended).toBe(0)
  } finally {
    await influxd.stop()
    influxd.discard()
  }
})
