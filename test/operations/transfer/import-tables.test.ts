import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NO_PROGRESS } from '../../../src/operations/progress.js'
import { RejectedLines } from '../../../src/operations/rejected-lines.js'
import { ImportState } from '../../../src/operations/transfer/import-state.js'
import { importTables } from '../../../src/operations/transfer/import-tables.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-import-tables-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

async function count(path: string): Promise<number> {
  const file = {
    path,
    format: 'csv',
    measurement: 'm',
    dedupColumn: '',
    rowsPerBatch: null,
    wishes: { maps: [], tags: [], timestampColumn: '', timestampUnit: 'auto', isSparse: false },
    memoryBytesMax: 2 ** 27,
    tempDir: folder,
  } as const
  const { rowCount } = await importTables({
    files: [file],
    target: null,
    database: 'db',
    retentionPolicy: '',
    isCompressed: false,
    jobCount: 1,
    limiter: null,
    rejected: new RejectedLines(null),
    checkErrors: () => {},
    state: new ImportState(null, ''),
    progress: NO_PROGRESS,
    signal: new AbortController().signal,
  })
  return rowCount
}

test('a packed table that is cut short is not taken as whole', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${1_700_000_000 + i},${Math.sin(i)}`)
  const packed = gzipSync(`time,v\n${rows.join('\n')}\n`)
  writeFileSync(join(folder, 'whole.csv.gz'), packed)
  expect(await count(join(folder, 'whole.csv.gz'))).toBe(20_000)
  writeFileSync(join(folder, 'cut.csv.gz'), packed.subarray(0, packed.length >> 1))
  await expect(count(join(folder, 'cut.csv.gz'))).rejects.toThrow('unexpected end of file')
})
