import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requireBuild, runBin } from '../../support/built-bin.js'
import { listen } from '../../support/listen.js'
import { pollUntil } from '../../support/poll-until.js'

let folder: string
let server: Server
let url: string
let queryCount = 0

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-complete-'))
  writeFileSync(path.join(folder, 'hyperbyte.toml'), '[profile.production.connection]\nhost = "db1"\n')
  server = createServer((req, res) => {
    req.resume()
    queryCount++
    const series = { name: 'databases', columns: ['name'], values: [['telegraf'], ['test'], ['other']] }
    res.end(JSON.stringify({ results: [{ series: [series] }] }))
  })
  url = await listen(server)
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

async function complete(line: string): Promise<string[]> {
  const environment = { XDG_CACHE_HOME: folder }
  const args = ['complete', '--line', line, '--point', String(line.length)]
  const { exit, stdout, stderr } = await runBin(args, { cwd: folder, environment })
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  return stdout.split('\n').filter((each) => each !== '')
}

test('names come from the server, once in 30 seconds, in a file for the user alone', async () => {
  const line = `hyperbyte query -H ${url} -d te`
  let names: readonly string[] = []
  // A Tab does not wait long for a busy server; the next one asks again.
  const isAnswered = async () => (names = await complete(line)).length > 0
  await pollUntil(isAnswered, () => `the server was asked ${queryCount} times`)
  const askedCount = queryCount
  expect(names).toEqual(['telegraf', 'test'])
  expect(await complete(line)).toEqual(['telegraf', 'test'])
  expect(queryCount).toBe(askedCount)
  const file = path.join(folder, 'hyperbyte', 'names.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).toContain('telegraf')
})

test('a server that is not there means no names', async () => {
  expect(await complete('hyperbyte query -H http://127.0.0.1:1 -d ')).toEqual([])
})

test('commands, flags, options and profiles need no server', async () => {
  expect(await complete('hyperbyte conf')).toEqual(['config'])
  expect(await complete('hyperbyte query --forma')).toEqual(['--format'])
  expect(await complete('hyperbyte query --format=c')).toEqual(['--format=csv'])
  expect(await complete('hyperbyte ping --profile p')).toEqual(['production'])
})
