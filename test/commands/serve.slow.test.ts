import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Outcome, requireBuild, runBin } from '../support/built-bin.js'
import { pollUntil } from '../support/poll-until.js'
import { type ServedBin, serveBin, stopServed } from '../support/serve-bin.js'

let folder: string
const started: ServedBin[] = []

beforeAll(() => {
  requireBuild()
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-serve-'))
})

afterEach(async () => {
  for (const server of started.splice(0)) await stopServed(server, 'SIGKILL')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function start(args: readonly string[]): Promise<ServedBin> {
  const server = await serveBin(args, { cwd: folder })
  started.push(server)
  return server
}

async function query(url: string, text: string, ...args: string[]): Promise<Outcome> {
  return await runBin(['query', '-H', url, '-e', text, ...args])
}

test('what was written is there after SIGTERM and a new start', async () => {
  const dataDir = join(folder, 'kept')
  const first = await start(['--data-dir', dataDir])
  expect(await runBin(['ping', '-H', first.url, '--ready', '--wait', '60s'])).toMatchObject({ exit: 0 })
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
  expect(await stopServed(first)).toMatchObject({ exit: 0, stdout: '' })

  const second = await start(['--data-dir', dataDir])
  const answer = await query(second.url, 'SELECT count(n), sum(n) FROM cpu', '-d', 'demo', '--format', 'csv')
  expect(answer.stdout).toBe('name,tags,time,count,sum\ncpu,,1970-01-01T00:00:00Z,1000,499500\n')
  expect(await stopServed(second, 'SIGINT')).toMatchObject({ exit: 0 })
})

test('a data directory has one owner; the second one is told so and ends with 9', async () => {
  const dataDir = join(folder, 'owned')
  const owner = await start(['--data-dir', dataDir])
  const second = await runBin(['serve', '--bind', '127.0.0.1:0', '--data-dir', dataDir, '--log-format', 'json'])
  expect(second, second.stderr).toMatchObject({ exit: 9 })
  expect(await stopServed(owner)).toMatchObject({ exit: 0 })
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
  const server = await start(['--dev'])
  expect(await runBin(['write', '-H', server.url, '-d', 'new', 'm v=1'])).toMatchObject({ exit: 0 })
  expect((await query(server.url, 'SHOW DATABASES')).stdout).toContain('new')
  const { stderr, exit } = await stopServed(server)
  const dataDir = /"dataDir":"([^"]+hyperbyte-dev-[^"]+)"/.exec(stderr)?.[1]
  expect(exit).toBe(0)
  expect(dataDir).toBeDefined()
  expect(existsSync(dataDir!)).toBe(false)
})

test('outside of development mode a write to an unknown database is refused', async () => {
  const server = await start(['--data-dir', join(folder, 'strict')])
  expect(await runBin(['write', '-H', server.url, '-d', 'new', 'm v=1'])).toMatchObject({ exit: 6 })
  await stopServed(server)
})

test('SIGHUP reads the log level again', async () => {
  const server = await start(['--data-dir', join(folder, 'hup')])
  server.child.kill('SIGHUP')
  await pollUntil(() => server.log().includes('configuration read again'), server.log)
  expect(await stopServed(server)).toMatchObject({ exit: 0 })
})
