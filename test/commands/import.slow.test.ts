/** Files in and out of a server as a user types it, with what goes wrong. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerProcess } from '../conformance/harness/server-process.js'
import { startHyperbyte } from '../conformance/hyperbyte.js'
import { requireBuild, runBin } from '../support/built-bin.js'

let server: ServerProcess
let folder: string

beforeAll(async () => {
  requireBuild()
  server = await startHyperbyte()
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-import-command-'))
  await runBin(['db', 'create', 'iot', '-H', server.url])
})

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = (args: readonly string[], stdin = '') =>
  runBin([...args, '-H', server.url, '-d', 'iot'], { cwd: folder, stdin })

const ask = async (statement: string) =>
  (await run(['query', '-e', statement, '--format', 'csv', '--epoch', 'ns'])).stdout

const put = (name: string, text: string) => writeFileSync(join(folder, name), text)

test('a database that is not there is told, and made when that is asked for', async () => {
  put('first.csv', 'time,v\n2026-01-01T00:00:00Z,1\n')
  const args = ['import', 'first.csv', '-H', server.url, '-d', 'made']
  const refused = await runBin(args, { cwd: folder })
  expect(refused).toMatchObject({ exit: 6, stderr: expect.stringContaining('hyperbyte db create') })
  const { exit, stderr } = await runBin([...args, '--create-database'], { cwd: folder })
  expect(exit, stderr).toBe(0)
  expect(stderr).toContain('imported 1 row of 1 file')
})

test('a data directory is made with its first database, and filled', async () => {
  put('first.csv', 'time,v\n2026-01-01T00:00:00Z,1\n')
  const place = ['--data-dir', 'new', '-d', 'made']
  const { exit, stderr } = await runBin(['db', 'create', 'made', '--data-dir', 'new'], { cwd: folder })
  expect(exit, stderr).toBe(0)
  expect(await runBin(['import', 'first.csv', ...place], { cwd: folder })).toMatchObject({ exit: 0 })
  const query = ['query', '-e', 'SELECT * FROM first', '--format', 'csv', '--epoch', 's', ...place]
  expect((await runBin(query, { cwd: folder })).stdout).toContain('first,,1767225600,1')
})

test('rows without a time are counted, kept with their reason, and the rest is stored', async () => {
  put('times.csv', 'ts,host,v\n2026-01-01T00:00:00Z,a,1\nnever,b,2\n9999-12-31,c,3\n')
  const { exit, stderr } = await run(['import', 'times.csv', '--tags', 'host', '--errors-file', 'times.errors'])
  expect(stderr).toContain('imported 1 row of 1 file')
  expect(stderr).toContain('rejected 2: no time, or none that can be read')
  expect(exit).toBe(3)
  const kept = readFileSync(join(folder, 'times.errors'), 'utf8')
  expect(kept).toContain('# {"ts":"never","host":"b","v":2}')
  // As a whole it is line protocol that writes nothing.
  expect(kept.split('\n').every((line) => line === '' || line.startsWith('#'))).toBe(true)
  expect(await ask('SELECT * FROM times')).toContain('times,,1767225600000000000,a,1')
})

test('times are those of the file, in whatever zone the machine is', async () => {
  put('zones.csv', 'time,v\n2026-01-01T00:00:00Z,1\n2026-01-01T01:00:00+01:00,2\n2026-01-01T00:00:01Z,3\n')
  put('naive.csv', 'time,v\n2026-01-01T00:00:00,1\n')
  for (const name of ['zones.csv', 'naive.csv']) {
    const args = ['import', name, '-H', server.url, '-d', 'iot']
    const { exit, stderr } = await runBin(args, { cwd: folder, environment: { TZ: 'Asia/Kathmandu' } })
    expect(exit, stderr).toBe(0)
  }
  expect(await ask('SELECT v FROM zones')).toBe(
    'name,tags,time,v\nzones,,1767225600000000000,2\nzones,,1767225601000000000,3\n',
  )
  expect(await ask('SELECT v FROM naive')).toBe('name,tags,time,v\nnaive,,1767225600000000000,1\n')
})

test.each(['--schema-only', '--tags=host', '--timestamp-unit=s'])('%s writes no line protocol', async (flag) => {
  put('lines.lp', 'lines v=1 1\n')
  const { exit, stderr } = await run(['import', 'lines.lp', flag])
  expect(stderr).toContain('says nothing about files of the format line')
  expect(exit).toBe(2)
  expect((await run(['query', '-e', 'SHOW MEASUREMENTS', '--format', 'csv'])).stdout).not.toContain('lines')
})

test('a table of long texts is larger than a server takes at once, and arrives', async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const columns = Array.from({ length: 100 }, (_, i) => `repeat('x', 150) AS s${i}`)
  const path = join(folder, 'wide.parquet')
  await connection.run(`COPY (SELECT 1700000000 + r AS time, ${columns.join()} FROM range(2100) t(r)) TO '${path}'`)
  instance.closeSync()
  const { exit, stderr } = await run(['import', 'wide.parquet'])
  expect(exit, stderr).toBe(0)
  expect(await ask('SELECT count(s0), count(s99) FROM wide')).toContain('2100,2100')
})

test('several files at the same time are all there', async () => {
  const names = Array.from({ length: 6 }, (_, file) => {
    const lines = Array.from({ length: 3000 }, (_, row) => `many,file=f${file} v=${row} ${row}`)
    put(`many${file}.lp`, lines.join('\n'))
    return `many${file}.lp`
  })
  const { exit, stderr } = await run(['import', ...names, '--jobs', '3', '--resume'])
  expect(exit, stderr).toBe(0)
  expect(stderr).toContain('imported 18.0 k lines of 6 files')
  expect(await ask('SELECT count(v) FROM many')).toContain('18000')
})

test('a table comes from stdin when it is told what to call it', async () => {
  const text = 'time,host,v\n2026-01-01T00:00:00Z,a,1\n'
  expect((await run(['import', '-', '--format', 'csv'], text)).stderr).toContain('add --measurement NAME')
  const { exit, stderr } = await run(['import', '-', '--format', 'csv', '-m', 'piped', '--tags', 'host'], text)
  expect(exit, stderr).toBe(0)
  expect(await ask('SELECT * FROM piped')).toContain('piped,,1767225600000000000,a,1')
})

test('more refused than --max-errors ends it with what to do next', async () => {
  put('bad.lp', 'bad v=1 1\nbad v=\nbad v=\n')
  const { exit, stderr } = await run(['import', 'bad.lp', '--max-errors', '1'])
  expect(exit).toBe(1)
  expect(stderr).toContain('2 of 3 were refused')
  expect(stderr).toContain('--errors-file FILE')
})

test('a condition that does not parse is told in the words of the server', async () => {
  put('where.csv', 'time,v\n2026-01-01T00:00:00Z,1\n')
  await run(['import', 'where.csv'])
  const { exit, stderr } = await run(['export', '-m', 'where', '--where', 'host =', '--out', 'never'])
  expect(exit).toBe(1)
  expect(stderr).toContain('error parsing query: found )')
})

test('CSV on stdout is of one measurement', async () => {
  for (const name of ['one', 'two']) {
    put(`${name}.csv`, 'time,host,v\n2026-01-01T00:00:00Z,a,1\n')
    await run(['import', `${name}.csv`, '--tags', 'host'])
  }
  const { exit, stderr } = await run(['export', '--format', 'csv', '--out', '-'])
  expect(exit).toBe(1)
  expect(stderr).toContain('--measurement')
  const one = await run(['export', '--format', 'csv', '--out', '-', '-m', 'one'])
  expect(one.stdout).toBe('time,host,v\n1767225600000000000,a,1\n')
})

test.each(['line', 'csv', 'jsonl', 'parquet'])('what is exported as %s by day comes back as it was', async (format) => {
  put(
    'round.csv',
    'time,host,f,i,s\n2026-01-01T00:00:00Z,a,1.5,9007199254740993,"x, y"\n2026-01-02T00:00:00.000000001Z,,2.5,,\n',
  )
  await run(['import', 'round.csv', '--tags', 'host', '-m', 'round'])
  const compress = format === 'parquet' ? [] : ['--compress', 'gzip']
  const out = `out-${format}`
  const flags = ['-m', 'round', '--format', format, '--partition', 'day', ...compress, '--out', out]
  const exported = await run(['export', ...flags])
  expect(exported.exit, exported.stderr).toBe(0)
  const again = await run(['export', ...flags, '--resume'])
  expect(again.stderr).toContain('2 files left as before')
  const before = await ask('SELECT * FROM round')
  await ask('DROP MEASUREMENT round')
  const ending = { line: 'lp.gz', csv: 'csv.gz', jsonl: 'jsonl.gz', parquet: 'parquet' }[format]
  const files = ['2026-01-01', '2026-01-02'].map((day) => join(out, 'round', `${day}.${ending}`))
  const table = format === 'line' ? [] : ['--tags', 'host', '-m', 'round']
  const imported = await run(['import', ...files, ...table])
  expect(imported.exit, imported.stderr).toBe(0)
  expect(await ask('SELECT * FROM round')).toBe(before)
})
