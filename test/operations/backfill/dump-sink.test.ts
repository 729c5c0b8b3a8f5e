import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PointColumns } from '../../../src/engine/index.js'
import { DumpSink, dumpFileOf } from '../../../src/operations/backfill/dump-sink.js'
import { RejectedLines } from '../../../src/operations/rejected-lines.js'

const SLICE = { retentionPolicy: 'autogen', measurement: 'cpu', startNs: 0n, endNs: 100n }

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hyperbyte-dump-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

function openSink(): DumpSink {
  return new DumpSink({ directory, database: 'db', slice: SLICE, rejected: new RejectedLines(null) })
}

/** Values that do not pack, so that more than any buffer holds has to go to the file. */
function columns(rowCount: number): PointColumns {
  return {
    measurement: 'cpu',
    rowCount,
    timestamps: BigInt64Array.from({ length: rowCount }, (_, i) => BigInt(i)),
    series: [[]],
    seriesOfRow: null,
    fields: [
      { name: 'v', type: 'float', values: Float64Array.from({ length: rowCount }, Math.random), validity: null },
    ],
  }
}

test('a finished slice is one whole file under its name', async () => {
  const sink = openSink()
  await sink.write(columns(2))
  await sink.finish()
  const file = path.join(directory, dumpFileOf(SLICE))
  expect(await readdir(path.dirname(file))).toEqual([path.basename(file)])
  const text = gunzipSync(await readFile(file)).toString()
  expect(text.split('\n').map((line) => line.split('=')[0])).toEqual([
    '# DML',
    '# CONTEXT-DATABASE: db',
    '# CONTEXT-RETENTION-POLICY: autogen',
    'cpu v',
    'cpu v',
    '',
  ])
})

test('a file that cannot be written ends the slice, however much is still to come', async () => {
  await mkdir(path.join(directory, `${dumpFileOf(SLICE)}.partial`), { recursive: true })
  const sink = openSink()
  const writing = (async () => {
    for (let i = 0; i < 20; i++) await sink.write(columns(20_000))
    await sink.finish()
  })()
  await expect(writing).rejects.toThrow('EISDIR')
})
