/** What an operator does to a backfill besides letting it run: follow, slow down, keep hours, redo, watch, carry users. */

import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerProcess } from '../../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../../conformance/hyperbyte.js'
import { isInfluxdInstalled, startInfluxd } from '../../conformance/influxd.js'
import { runBin, spawnBin } from '../../support/built-bin.js'
import { listen } from '../../support/listen.js'
import { pollUntil } from '../../support/poll-until.js'
import { query, write } from './from-influxd.js'

const DATABASE = 'live'
const HOUR_COUNT = 20
const ROWS_PER_HOUR = 500

describe.runIf(isInfluxdInstalled && isHyperbyteBuilt)('a backfill in the hands of an operator', () => {
  let source: ServerProcess
  let target: ServerProcess
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hyperbyte-operate-'))
    ;[source, target] = await Promise.all([startInfluxd(), startHyperbyte()])
    await query(source, `CREATE DATABASE ${DATABASE} WITH SHARD DURATION 1h`)
    for (let hour = 0; hour < HOUR_COUNT; hour++) await write(source, '', hourOfLines(hour), DATABASE)
  })

  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(folder, { recursive: true, force: true })
  })

  /** Into a database of its own. */
  const argsOf = (name: string, url = source.url) => [
    ...['backfill', 'run', '--source', url, '-d', DATABASE],
    ...['--to', target.url, '--to-database', name, '--state', name],
  ]

  const start = (args: readonly string[]) => new Spoken(spawnBin(args, { cwd: folder }))

  const countIn = async (database: string, measurement: string) => {
    const { results } = (await query(target, `SELECT count(v) FROM "${measurement}"`, database)) as {
      results: { series?: { values: number[][] }[] }[]
    }
    return results[0].series?.[0].values[0][1] ?? 0
  }

  const pointNow = (measurement: string, value: number) =>
    write(source, '', [`${measurement},host=a v=${value} ${BigInt(Date.now()) * 1_000_000n}`], DATABASE)

  test('--follow copies what comes in, also what came in while nobody followed', async () => {
    const args = [...argsOf('followed'), '--follow', '--interval', '1s', '--overlap', '10s', '--progress', 'plain']
    const first = start(args)
    await first.says('the history is copied; following every 1 s')
    expect(await countIn('followed', 'load')).toBe(HOUR_COUNT * ROWS_PER_HOUR)
    await pointNow('live', 1)
    await until(async () => (await countIn('followed', 'live')) === 1)
    await pointNow('live', 2)
    await until(async () => (await countIn('followed', 'live')) === 2)
    first.child.kill('SIGINT')
    expect(await first.exit).toBe(130)
    expect(first.stderr).toContain(`to go on: hyperbyte ${args.join(' ')}`)

    await pointNow('live', 3)
    // Longer than the overlap: only the journal knows from when on.
    await sleep(12_000)
    const second = start(args)
    await until(async () => (await countIn('followed', 'live')) === 3)
    second.child.kill('SIGTERM')
    expect(await second.exit).toBe(143)
    await query(source, 'DROP MEASUREMENT live', DATABASE)
  })

  test('--follow keeps to the measurements that were asked for, and outlives a source that is away', async () => {
    const front = await startFront(source.port)
    const args = [...argsOf('narrow', front.url), '-m', 'wanted', '--follow', '--interval', '1s', '--progress', 'plain']
    const run = start(args)
    try {
      await run.says('following every')
      front.isClosed = true
      await run.says('warning: following:')
      await pointNow('wanted', 1)
      await pointNow('other', 1)
      front.isClosed = false
      await until(async () => (await countIn('narrow', 'wanted')) === 1)
      expect(await countIn('narrow', 'other')).toBe(0)
    } finally {
      run.child.kill('SIGINT')
      await run.exit
      await front.stop()
      await query(source, 'DROP MEASUREMENT wanted; DROP MEASUREMENT other', DATABASE)
    }
  })

  test('--quiet-hours reads nothing, and ends at once when told to', async () => {
    const now = Date.now()
    const hours = `${clock(now - 3_600_000)}-${clock(now + 3_600_000)}`
    const run = start([...argsOf('quiet'), '--quiet-hours', hours])
    await run.says(`quiet hours: waiting until ${clock(now + 3_600_000)}`)
    run.child.kill('SIGINT')
    expect(await run.exit).toBe(130)
    expect(await countIn('quiet', 'load')).toBe(0)
    const wrong = await runBin([...argsOf('quiet'), '--quiet-hours', '8-18'], { cwd: folder })
    expect(wrong.stderr).toContain('--quiet-hours 08:00-18:00')
    expect(wrong.exit).toBe(2)
  })

  test('--max-source-load waits while the source is slow, and loses nothing', async () => {
    const front = await startFront(source.port)
    front.fastReads = 4
    front.delayMs = 2000
    const limits = ['--max-source-load', '2', '--rate', '1000', '--source-jobs', '1']
    const run = start([...argsOf('gentle', front.url), ...limits])
    try {
      await run.says('ms, waiting')
      // What was asked for before comes to its end.
      await sleep(3000)
      const { rowReads } = front
      expect(rowReads).toBeGreaterThanOrEqual(front.fastReads)
      expect(rowReads).toBeLessThan(HOUR_COUNT)
      await sleep(2000)
      expect(front.rowReads).toBe(rowReads)
      expect(await countIn('gentle', 'load')).toBeLessThanOrEqual(rowReads * ROWS_PER_HOUR)
      front.delayMs = 0
      expect(await run.exit, run.stderr).toBe(0)
      expect(await countIn('gentle', 'load')).toBe(HOUR_COUNT * ROWS_PER_HOUR)
    } finally {
      run.child.kill('SIGKILL')
      await front.stop()
    }
  })

  test('--redo puts right what was changed in the target, and nothing else is read again', async () => {
    const args = argsOf('redone')
    await runBin(args, { cwd: folder })
    const verify = async () =>
      await runBin(['backfill', 'verify', '--state', 'redone', '--sample', '100%'], { cwd: folder })
    expect((await verify()).exit).toBe(0)
    const [wrong] = hourOfLines(3)
    await fetch(`${target.url}/write?db=redone`, { method: 'POST', body: wrong.replace(/v=[\d.]+/, 'v=-1') })
    expect((await verify()).exit).toBe(8)
    const range = `load@${timeOf(3)}..${timeOf(4)}`
    const again = await runBin([...args, '--redo', range, '--json'], { cwd: folder })
    expect(JSON.parse(again.stdout)).toMatchObject({ slices: 1, rows: ROWS_PER_HOUR })
    expect((await verify()).exit).toBe(0)
    const unknown = await runBin([...args, '--redo', 'nothing'], { cwd: folder })
    expect(unknown).toMatchObject({ exit: 6, stderr: expect.stringContaining('no measurement nothing') })
  })

  test('status --watch goes on until it is done', async () => {
    const run = start([...argsOf('watched'), '--rate', '5000', '--quiet'])
    await until(async () => (await countIn('watched', 'load')) > 0)
    // It stands still until it is watched.
    run.child.kill('SIGSTOP')
    const watch = start(['backfill', 'status', '--state', 'watched', '--watch'])
    await until(() => watch.stdout.includes('%'))
    run.child.kill('SIGCONT')
    expect(await watch.exit, watch.stderr).toBe(0)
    expect(await run.exit, run.stderr).toBe(0)
    const shares = [...watch.stdout.matchAll(/(\d+)%/g)].map(([, share]) => Number(share))
    expect(shares.length).toBeGreaterThan(1)
    expect(shares.at(-1)).toBe(100)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  })

  test('--users makes users with new passwords that only their keeper may read, once', async () => {
    await query(source, `CREATE USER ada WITH PASSWORD 'old'; CREATE USER "o\\"b" WITH PASSWORD 'old'`)
    await query(source, `GRANT READ ON ${DATABASE} TO ada; GRANT ALL PRIVILEGES TO "o\\"b"`)
    const args = [...argsOf('peopled'), '--users']
    const first = await runBin(args, { cwd: folder })
    expect(first.exit, first.stderr).toBe(0)
    const file = join(folder, 'peopled', 'new-passwords')
    expect(first.stderr).toContain('new-passwords')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const passwords = readFileSync(file, 'utf8')
    expect(passwords).toMatch(/^ada\t\S{24}\n/m)
    expect(passwords).not.toContain('old')
    expect(await query(target, 'SHOW USERS; SHOW GRANTS FOR ada')).toMatchObject({
      results: [
        { series: [{ values: expect.arrayContaining([['ada', false]]) }] },
        { series: [{ values: [['peopled', 'READ']] }] },
      ],
    })
    const second = await runBin(args, { cwd: folder })
    expect(second).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('warning') })
    expect(readFileSync(file, 'utf8')).toBe(passwords)
  })

  test.each([
    ['fail', 7, null],
    ['float', 0, { v: 'float' }],
    ['suffix', 0, { v: 'float', v_integer: 'integer' }],
    ['skip', 3, { v: 'float' }],
  ])('--on-type-conflict %s over HTTP', async (choice, exit, fields) => {
    await write(source, '', [`mixed,host=a v=1.5 ${startNs(0)}`], DATABASE)
    await write(source, '', [`mixed,host=a v=2i ${startNs(1)}`], DATABASE)
    const name = `mixed-${choice}`
    const flags = ['-m', 'mixed', '--on-type-conflict', choice, '--errors-file', `${name}.lp`]
    const run = await runBin([...argsOf(name), ...flags], { cwd: folder })
    await query(source, 'DROP MEASUREMENT mixed', DATABASE)
    expect(run.exit, run.stderr).toBe(exit)
    if (fields === null) {
      expect(run.stderr).toContain('--on-type-conflict')
      return
    }
    const rows = ((await query(target, 'SHOW FIELD KEYS FROM mixed', name)) as Answer).results[0].series![0].values
    expect(Object.fromEntries(rows)).toEqual(fields)
    if (choice === 'skip') expect(readFileSync(join(folder, `${name}.lp`), 'utf8')).toContain('v=2i')
  })
})

interface Answer {
  readonly results: readonly {
    readonly series?: readonly { readonly values: readonly (readonly [string, unknown])[] }[]
  }[]
}

/** A child and what it says. */
class Spoken {
  readonly child: ChildProcess
  readonly exit: Promise<number | null>
  stdout = ''
  stderr = ''

  constructor(child: ChildProcess) {
    this.child = child
    child.stdin?.end()
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.exit = new Promise((resolve) => child.on('close', resolve))
  }

  async says(text: string): Promise<void> {
    const isSaid = () => {
      if (this.stderr.includes(text)) return true
      if (this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode}: ${this.stderr}`)
      return false
    }
    await pollUntil(isSaid, () => `waiting for "${text}"; it says: ${this.stderr}`)
  }
}

interface Front {
  readonly url: string
  /** Before each answer, once rows were read as often as `fastReads` says. */
  delayMs: number
  fastReads: number
  /** Refuses whoever comes. */
  isClosed: boolean
  /** How often rows were asked for. */
  rowReads: number
  stop(): Promise<void>
}

/** Stands before a server and slows it down. */
async function startFront(port: number): Promise<Front> {
  const front = { url: '', delayMs: 0, fastReads: 0, isClosed: false, rowReads: 0, stop: async () => {} }
  const server: Server = createServer(async (req, res) => {
    if (front.isClosed) {
      req.socket.destroy()
      return
    }
    const body: Buffer[] = []
    for await (const piece of req) body.push(piece as Buffer)
    if (isRowRead(`${req.url} ${Buffer.concat(body)}`)) front.rowReads++
    if (front.rowReads >= front.fastReads) await sleep(front.delayMs)
    const headers = Object.entries(req.headers).filter(([name]) => !/^(host|connection|content-length)$/.test(name))
    const answer = await fetch(`http://127.0.0.1:${port}${req.url}`, {
      method: req.method!,
      headers: Object.fromEntries(headers) as Record<string, string>,
      ...(body.length > 0 && { body: Buffer.concat(body) }),
    })
    res.writeHead(answer.status, Object.fromEntries(answer.headers))
    res.end(Buffer.from(await answer.arrayBuffer()))
  })
  front.url = await listen(server)
  front.stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return front
}

function isRowRead(request: string): boolean {
  return /SELECT .* GROUP BY \*/.test(decodeURIComponent(request.replaceAll('+', ' ')))
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await pollUntil(isSo, () => 'see the line of the test')
}

function startNs(hour: number): bigint {
  return 1_699_999_200_000_000_000n + BigInt(hour) * 3_600_000_000_000n
}

function timeOf(hour: number): string {
  return new Date(Number(startNs(hour) / 1_000_000n)).toISOString()
}

function hourOfLines(hour: number): string[] {
  return Array.from({ length: ROWS_PER_HOUR }, (_, row) => {
    return `load,host=h${row % 10} v=${hour + row / 8} ${startNs(hour) + BigInt(row) * 7_000_000_000n}`
  })
}

/** As people here read it. */
function clock(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 5)
}
