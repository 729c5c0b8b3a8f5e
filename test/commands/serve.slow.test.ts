import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Outcome, outcomeOf, requireBuild, runBin, spawnBin } from '../support/built-bin.js'

let folder: string
const running: ChildProcess[] = []

beforeAll(() => {
  requireBuild()
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-serve-'))
}, 120_000)

afterEach(() => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Server {
  readonly child: ChildProcess
  readonly url: string
  readonly ended: Promise<Outcome>
}

/** Resolves when the log says where it listens; rejects with its words when it ends before. */
async function startServer(args: readonly string[]): Promise<Server> {
  const child = spawnBin(['serve', '--bind', '127.0.0.1:0', '--log-format', 'json', ...args], { cwd: folder })
  running.push(child)
  const ended = outcomeOf(child)
  const listening = new Promise<string>((resolve) => {
    let log = ''
    child.stderr?.on('data', (piece) => {
      log += piece
      const url = /"url":"([^"]+)"/.exec(log)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  const failed = ended.then(({ stderr }) => {
    throw new Error(`server ended: ${stderr}`)
  })
  const url = await Promise.race([listening, failed])
  return { child, url, ended }
}

async function stop({ child, ended }: Server, signal: NodeJS.Signals = 'SIGTERM'): Promise<Outcome> {
  child.kill(signal)
  return await ended
}

async function query(url: string, text: string, ...args: string[]): Promise<Outcome> {
  return await runBin(['query', '-H', url, '-e', text, ...args])
}

test('what was written is there after SIGTERM and a new start', async () => {
  const dataDir = join(folder, 'kept')
  const first = await startServer(['--data-dir', dataDir])
  expect(await runBin(['ping', '-H', first.url, '--ready', '--wait', '10s'])).toMatchObject({ exit: 0 })
  expect(await query(first.url, 'CREATE DATABASE demo')).toMatchObject({ exit: 0 })
  const lines = Array.from(
    { length: 1000 },
    (_, index) => `cpu,host=h${index % 7} usage=${index},n=${index}i ${index + 1}000000000`,
  )
  const written = await runBin(['write', '-H', first.url, '-d', 'demo', '--batch', '300', '--gzip', '-'], {
    stdin: lines.join('\n'),
  })
  expect(written).toMatchObject({ exit: 0 })
  expect(written.stderr).toContain('wrote 1000 lines in 4 requests')
  expect(await stop(first)).toMatchObject({ exit: 0, stdout: '' })

  const second = await startServer(['--data-dir', dataDir])
  const answer = await query(second.url, 'SELECT count(n), sum(n) FROM cpu', '-d', 'demo', '--format', 'csv')
  expect(answer.stdout).toBe('name,tags,time,count,sum\ncpu,,1970-01-01T00:00:00Z,1000,499500\n')
  expect(await stop(second, 'SIGINT')).toMatchObject({ exit: 0 })
})

test('a data directory has one owner; the second one is told so and ends with 9', async () => {
  const dataDir = join(folder, 'owned')
  const owner = await startServer(['--data-dir', dataDir])
  const second = await runBin(['serve', '--bind', '127.0.0.1:0', '--data-dir', dataDir, '--log-format', 'json'])
  expect(second, second.stderr).toMatchObject({ exit: 9 })
  expect(await stop(owner)).toMatchObject({ exit: 0 })
})

test('a taken port is a failure that names the address', async () => {
  const squatter = createServer()
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
  const { port } = squatter.address() as { port: number }
  const outcome = await runBin(['serve', '--bind', `127.0.0.1:${port}`, '--data-dir', join(folder, 'taken')])
  squatter.close()
  expect(outcome, outcome.stderr).toMatchObject({ exit: 1 })
  expect(outcome.stderr).toContain(`127.0.0.1:${port}`)
  expect(outcome.stderr).not.toContain('    at ')
})

test('development mode makes databases by writes, and leaves nothing behind', async () => {
  const server = await startServer(['--dev'])
  expect(await runBin(['write', '-H', server.url, '-d', 'new', 'm v=1'])).toMatchObject({ exit: 0 })
  expect((await query(server.url, 'SHOW DATABASES')).stdout).toContain('new')
  const { stderr, exit } = await stop(server)
  const dataDir = /"dataDir":"([^"]+hyperbyte-dev-[^"]+)"/.exec(stderr)?.[1]
  expect(exit).toBe(0)
  expect(dataDir).toBeDefined()
  expect(existsSync(dataDir!)).toBe(false)
})

test('outside of development mode a write to an unknown database is refused', async () => {
  const server = await startServer(['--data-dir', join(folder, 'strict')])
  expect(await runBin(['write', '-H', server.url, '-d', 'new', 'm v=1'])).toMatchObject({ exit: 6 })
  await stop(server)
})

test('SIGHUP reads the log level again', async () => {
  const server = await startServer(['--data-dir', join(folder, 'hup')])
  server.child.kill('SIGHUP')
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect((await stop(server)).stderr).toContain('configuration read again')
})
