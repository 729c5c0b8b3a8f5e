import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BIN, requireBuild, runBin } from '../../support/built-bin.js'
import { type ServedBin, serveBin, stopServed } from '../../support/serve-bin.js'

const isInstalled = spawnSync('influx', ['-version']).status === 0

const POINTS = `cpu,host=a,region=eu usage=1.5,n=3i,s="a b",ok=true 1000000000
cpu,host=b usage=2,n=4i 2000000000
mem,host=a free=1e21,x=-0,y=1e-7 3000000000
mem,host=a free=12345678.125,s="tab\there" 4000000000
odd,a\\ b=c\\,d s="ümläut 日本",t="x,y \\"q\\" <&>",n=9223372036854775807i 12`

const STATEMENTS = [
  'select * from cpu',
  'select * from mem',
  'select * from odd',
  'select * from cpu group by host',
  'select * from cpu;select * from mem',
  'select n from cpu where time < 2s; select n from cpu where time >= 2s; select * from nowhere; select n from cpu',
  'select count(*) from /.*/ group by *',
  'select mean(usage) from cpu where time >= 0 and time < 5s group by time(1s), host fill(none)',
  'show databases; show measurements',
  'show tag keys',
  'show field keys',
  'show retention policies',
  'show series',
  'show users',
  'select * from nowhere',
  'use telegraf',
]

let folder: string
let server: ServedBin
let url: URL

beforeAll(async () => {
  if (!isInstalled) return
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-shell-'))
  server = await serveBin(['--data-dir', path.join(folder, 'data')])
  url = new URL(server.url)
  await runBin(['db', 'create', 'telegraf', '-H', url.href])
  await runBin(['write', '-H', url.href, '-d', 'telegraf', '-'], { stdin: POINTS })
})

afterAll(async () => {
  if (!isInstalled) return
  await stopServed(server)
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!isInstalled)('what the shell prints is what the influx shell prints', () => {
  test.each(STATEMENTS)('%s', async (statement) => {
    for (const format of [['column'], ['csv'], ['json'], ['json', '-pretty'], ['column', '-precision', 'rfc3339']]) {
      const args = ['-port', url.port, '-database', 'telegraf', '-format', ...format, '-execute', statement]
      const { stdout } = await runBin(['shell', '-host', '127.0.0.1', ...args])
      expect(stdout).toBe(execFileSync('influx', ['-host', '127.0.0.1', ...args], { encoding: 'utf8' }))
    }
  })
})

const EXPORT = `# DDL
CREATE DATABASE shop
CREATE RETENTION POLICY raw ON shop DURATION INF REPLICATION 1
# DML
# CONTEXT-DATABASE: shop
# CONTEXT-RETENTION-POLICY: raw
sales,store=north amount=12.5 1566000000000000000
sales,store=south amount=7 1566000060000000000
# CONTEXT-RETENTION-POLICY: autogen
visits count=40i 1566000000000000000
`

describe.skipIf(!isInstalled)('-import counts what the influx shell counts', () => {
  const importBy = (shell: (args: string[]) => string, args: readonly string[]) =>
    shell(['-host', '127.0.0.1', '-port', url.port, '-import', ...args]).replace(/^[\d/]+ [\d:]+ /gm, '')
  const influx = (args: string[]) => execFileSync('influx', args, { encoding: 'utf8' })
  const ours = (args: string[]) => execFileSync(process.execPath, [BIN, 'shell', ...args], { encoding: 'utf8' })

  test('of a file, with a limit of points per second, and of a compressed one', () => {
    const plain = path.join(folder, 'shop.export')
    writeFileSync(plain, EXPORT)
    writeFileSync(`${plain}.gz`, gzipSync(EXPORT))
    for (const args of [
      ['-path', plain],
      ['-path', plain, '-pps', '1000'],
      ['-path', `${plain}.gz`, '-compressed'],
    ]) {
      const said = importBy(ours, args)
      expect(said).toBe('Processed 2 commands\nProcessed 3 inserts\nFailed 0 inserts\n')
      expect(said).toBe(importBy(influx, args))
    }
  })

  test('of a file with a faulty line, and then the exit is not 0', async () => {
    const faulty = path.join(folder, 'faulty.export')
    writeFileSync(faulty, `${EXPORT}visits count=\n`)
    const { exit, stdout, stderr } = await runBin(['shell', '-port', url.port, '-import', '-path', faulty])
    expect(stdout).toContain('Processed 3 inserts\nFailed 1 inserts\n')
    expect(stderr).toContain('missing field value')
    expect(exit).toBe(3)
  })
})

test.skipIf(!isInstalled)('-version ends at once', async () => {
  const { exit, stdout } = await runBin(['shell', '-version'])
  expect(stdout).toMatch(/^hyperbyte shell version \d/)
  expect(exit).toBe(0)
})
