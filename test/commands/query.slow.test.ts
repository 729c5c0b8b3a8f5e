/** The formats of a query as a user types it: from a server, and from the directory of one that is stopped. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { spawn } from '@lydell/node-pty'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerProcess } from '../conformance/harness/server-process.js'
import { startHyperbyte } from '../conformance/hyperbyte.js'
import { BIN, outcomeOf, requireBuild, runBin, spawnBin } from '../support/built-bin.js'
import { listen } from '../support/listen.js'

const LINES = [
  'cpu v=3 1600000000000000003',
  'cpu,host=b v=2.5,n=-9223372036854775808i 1600000000000000002',
  'cpu,dc=x\\,y,host=a\\ b v=1,n=9007199254740993i,ok=true,s="say \\"hi\\", a\\\\b\nzwei" 1600000000000000001',
  '',
].join('\n')
/** The fields of a point have no order: here they are sorted by name. */
const SORTED = LINES.replace('v=2.5,n=-9223372036854775808i', 'n=-9223372036854775808i,v=2.5').replace(
  /v=1,(n=.*zwei")/s,
  '$1,v=1',
)
const BIG_COUNT = 60_000

let server: ServerProcess
let folder: string
/** How a query reaches the same points. */
const places: Record<'server' | 'directory', string[]> = { server: [], directory: [] }

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-query-'))
  server = await startHyperbyte()
  places.server = ['-H', server.url, '-d', 'd']
  places.directory = ['--data-dir', path.join(folder, 'data'), '-d', 'd']
  const big = Array.from({ length: BIG_COUNT }, (_, i) => `big,host=h${i % 3} v=${i}i ${i}\n`).join('')
  writeFileSync(path.join(folder, 'all.lp'), `${LINES}mem,host=b n=1.5 1\nuns u=5u 1\n${big}`)
  for (const place of Object.values(places)) {
    const args = ['import', path.join(folder, 'all.lp'), '--create-database', ...place]
    const { exit, stderr } = await runBin(args)
    expect(exit, stderr).toBe(0)
  }
})

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const at = (name: string) => path.join(folder, name)

describe.each(['server', 'directory'] as const)('of a %s', (kind) => {
  const query = (statement: string, ...more: string[]) => runBin(['query', ...places[kind], '-e', statement, ...more])

  test('line is what was written, and can be written again', async () => {
    const { exit, stdout, stderr } = await query('SELECT * FROM cpu GROUP BY *', '--format', 'line')
    expect(exit, stderr).toBe(0)
    expect([LINES, SORTED]).toContain(stdout)
    expect((await query('SELECT * FROM uns GROUP BY *', '--format', 'line')).stdout).toBe('uns u=5u 1\n')
  })

  test('jsonl has a line for each row of all statements, with every digit', async () => {
    const { exit, stdout } = await query('SELECT n, s FROM cpu GROUP BY host; SHOW DATABASES', '--format', 'jsonl')
    expect(exit).toBe(0)
    expect(stdout).toContain('"n":9007199254740993,"s":"say \\"hi\\", a\\\\b\\nzwei"')
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows[1]).toMatchObject({ statement: 0, measurement: 'cpu', tags: { host: 'b' }, columns: { s: null } })
    expect(rows.at(-1)).toEqual({ statement: 1, measurement: 'databases', columns: { name: 'd' } })
  })

  test('parquet has types, tags and times to the nanosecond', async () => {
    const { exit, stderr } = await query(
      'SELECT * FROM cpu GROUP BY *',
      '--format',
      'parquet',
      '--out',
      at(`${kind}.parquet`),
    )
    expect(exit, stderr).toBe(0)
    expect(await readParquet(at(`${kind}.parquet`))).toEqual({
      columns: 'time TIMESTAMP_NS, host VARCHAR, dc VARCHAR, n BIGINT, ok BOOLEAN, s VARCHAR, v DOUBLE',
      rows: [
        ['2020-09-13 12:26:40.000000001', 'a b', 'x,y', '9007199254740993', true, 'say "hi", a\\b\nzwei', 1],
        ['2020-09-13 12:26:40.000000002', 'b', null, '-9223372036854775808', null, null, 2.5],
        ['2020-09-13 12:26:40.000000003', null, null, null, null, null, 3],
      ],
    })
  })

  test('what is computed has the type of its values, and what has no value its column', async () => {
    const file = at(`${kind}-computed.parquet`)
    await query("SELECT mean(v), max(n) FROM cpu WHERE host = 'b' GROUP BY host", '--format', 'parquet', '-o', file)
    expect((await readParquet(file)).columns).toBe('time TIMESTAMP_NS, host VARCHAR, mean DOUBLE, max BIGINT')
    await query('SELECT s, ok, u FROM cpu, uns WHERE time < 5', '--format', 'parquet', '-o', file)
    const { columns, rows } = await readParquet(file)
    expect({ columns, rows }).toEqual({
      columns: 'time TIMESTAMP_NS, s VARCHAR, ok BOOLEAN, u UBIGINT',
      rows: [['1970-01-01 00:00:00.000000001', null, null, '5']],
    })
  })

  test.each(['csv', 'jsonl', 'line'])('nothing found is nothing in %s', async (format) => {
    const outcome = await query('SELECT * FROM nothing GROUP BY *', '--format', format)
    expect(outcome).toMatchObject({ exit: 0, stdout: '', stderr: '' })
  })

  test('nothing found is a Parquet file without rows', async () => {
    const outcome = await query('SELECT * FROM nothing', '--format', 'parquet', '-o', at('none.parquet'))
    expect(outcome).toMatchObject({ exit: 0, stdout: '', stderr: '' })
    expect((await readParquet(at('none.parquet'))).rows).toEqual([])
  })

  test.each(['csv', 'jsonl', 'line', 'table', 'json'])('%s stops after --max-rows, and says so', async (format) => {
    const { exit, stdout, stderr } = await query('SELECT * FROM big GROUP BY *', '--format', format, '--max-rows', '4')
    expect({ exit, stderr }).toEqual({
      exit: 3,
      stderr: expect.stringMatching(/^stopped after 4 rows, there are more/),
    })
    expect(stdout.match(/1970-01-01T|^big,host=h0 v/gm)).toHaveLength(4)
    const whole = await query(
      'SELECT * FROM big LIMIT 4',
      '--format',
      format === 'line' ? 'csv' : format,
      '--max-rows',
      '4',
    )
    expect(whole).toMatchObject({ exit: 0, stderr: '' })
  })

  test('a field of several types, a tag among the fields, another statement: each is told', async () => {
    const line = (statement: string) => query(statement, '--format', 'line')
    expect(await line('SELECT n FROM cpu, mem GROUP BY *')).toMatchObject({ exit: 7, stdout: '' })
    expect(await line('SELECT host, v FROM cpu GROUP BY *')).toMatchObject({ exit: 2, stdout: '' })
    expect(await line('SELECT * FROM cpu')).toMatchObject({ exit: 2, stderr: expect.stringContaining('GROUP BY *') })
    expect(await line('SHOW DATABASES')).toMatchObject({ exit: 2, stdout: '' })
    expect(await line('SELECT * FROM "no such policy".cpu GROUP BY *')).toMatchObject({ exit: 6, stdout: '' })
    const several = await query('SELECT * FROM cpu, mem', '--format', 'parquet', '-o', at('several.parquet'))
    expect(several).toMatchObject({ exit: 2, stderr: expect.stringContaining('cpu and mem') })
    expect(readdirSync(folder).filter((name) => name.startsWith('several'))).toEqual([])
  })
})

test('a file has the same bytes as stdout, and none when a statement fails', async () => {
  const statement = 'SELECT * FROM big GROUP BY *'
  const toStdout = await runBin(['query', ...places.server, '-e', statement, '--format', 'jsonl'])
  await runBin(['query', ...places.server, '-e', statement, '--format', 'jsonl', '--out', at('big.jsonl')])
  expect(readFileSync(at('big.jsonl'), 'utf8')).toBe(toStdout.stdout)
  expect(toStdout.stdout.trimEnd().split('\n')).toHaveLength(BIG_COUNT)
  const failed = ['-e', 'SELECT * FROM cpu; SELECT * FROM x.y.z', '--format', 'csv', '--out', at('failed.csv')]
  expect(await runBin(['query', ...places.server, ...failed])).toMatchObject({ exit: 6 })
  expect(readdirSync(folder).filter((name) => name.startsWith('failed'))).toEqual([])
})

test.each(['csv', 'jsonl', 'line', 'table'])(
  'a reader of %s that goes away ends the command without a word',
  async (format) => {
    const child = spawnBin(['query', ...places.server, '-e', 'SELECT * FROM big GROUP BY *', '--format', format])
    const over = outcomeOf(child)
    child.stdout?.once('data', () => child.stdout?.destroy())
    expect(await over).toMatchObject({ exit: 0, stderr: '' })
  },
)

test('the statements may be the argument, a file, or come from stdin', async () => {
  const args = ['query', ...places.server, '--format', 'csv']
  const statement = 'SELECT u FROM uns'
  writeFileSync(at('statement.iql'), statement)
  const stdout = 'name,tags,time,u\nuns,,1970-01-01T00:00:00.000000001Z,5\n'
  expect(await runBin([...args, statement])).toMatchObject({ exit: 0, stdout })
  expect(await runBin([...args, '-f', at('statement.iql')])).toMatchObject({ exit: 0, stdout })
  expect(await runBin([...args, '-'], { stdin: statement })).toMatchObject({ exit: 0, stdout })
})

test('a query that never ends is ended by --max-rows', async () => {
  let isClosed = false
  const endless = createServer((_req, res) => {
    res.on('close', () => {
      isClosed = true
    })
    const series = [{ name: 'm', columns: ['v'], values: [[1], [2], [3]], partial: true }]
    res.write(`${JSON.stringify({ results: [{ statement_id: 0, series, partial: true }] })}\n`)
  })
  const url = await listen(endless)
  const args = ['query', '-H', url, '-e', 'SELECT v FROM m', '--format', 'csv', '--max-rows', '2']
  expect(await runBin(args)).toMatchObject({ exit: 3, stdout: 'name,tags,v\nm,,1\nm,,2\n' })
  await expect.poll(() => isClosed).toBe(true)
  endless.close()
})

test('a Parquet file is not shown on a terminal', async () => {
  const args = [BIN, 'query', ...places.server, '-e', 'SELECT * FROM cpu', '--format', 'parquet']
  const shell = spawn(process.execPath, args, { cols: 100, rows: 30 })
  let screen = ''
  shell.onData((data) => {
    screen += data
  })
  const exit = await new Promise<number>((resolve) => shell.onExit(({ exitCode }) => resolve(exitCode)))
  expect({ exit, screen }).toEqual({ exit: 2, screen: expect.stringContaining('add --out FILE') })
})

test.each([
  [['--format', 'line', '--epoch', 's'], 'whatever --epoch says'],
  [['--format', 'parquet', '--explain'], 'has no rows'],
  [['--json', '--out', 'x'], '--json prints its document to stdout'],
  [['--format', 'csv', '--out', '/nonexistent/x'], 'mkdir -p /nonexistent'],
  [['--max-rows', '0'], '--max-rows'],
  [['SHOW DATABASES'], 'given twice'],
  [['-f', 'x'], 'given twice'],
])('%j does not go together', async (flags, reason) => {
  const { exit, stdout, stderr } = await runBin(['query', ...places.server, '-e', 'SELECT * FROM cpu', ...flags])
  expect([2, 6]).toContain(exit)
  expect(stdout + stderr).toContain(reason)
})

async function readParquet(file: string) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll(`SELECT * FROM '${file}' ORDER BY time`)
  const types = reader.columnTypes()
  const columns = reader.columnNames().map((name, i) => `${name} ${types[i]}`)
  const rows = reader.getRowsJson()
  instance.closeSync()
  return { columns: columns.join(', '), rows }
}
