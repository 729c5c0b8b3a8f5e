import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeLines } from '../../../src/client/encode-line-protocol.js'
import { StagedRows } from '../../../src/operations/restore/staged-rows.js'
import { openTestEngine, TEST_NOW_NS, type TestEngine } from '../../engine/open-test-engine.js'

let opened: TestEngine

beforeEach(async () => {
  // Everything by SQL, as with rows by the million.
  opened = await openTestEngine({ narrowRowCountMax: 0 })
})

afterEach(() => opened.remove())

async function readLines(rowsPerScan: number): Promise<{ lines: string[]; partCount: number }> {
  const { signal } = new AbortController()
  const staged = new StagedRows(opened.engine, { rowsPerScan, selection: null, now: () => TEST_NOW_NS, signal })
  const lines: string[] = []
  let partCount = 0
  for (const bucket of await staged.buckets()) {
    for await (const part of staged.read(bucket)) {
      lines.push(...encodeLines(part).lines)
      partCount++
    }
  }
  return { lines, partCount }
}

test('a bucket is read whole in scans of few rows, however uneven its series are', async () => {
  const written: string[] = []
  for (let i = 0; i < 300; i++) written.push(`m,host=busy f=${i},s="x" ${i * 1000 + (i % 7)}`)
  for (let host = 0; host < 20; host++) {
    for (let i = 0; i < 5; i++) written.push(`m,host=h${host} ${i % 2 === 0 ? 'f' : 'g'}=${i} ${i}`)
  }
  await opened.write(written.join('\n'))
  await opened.engine.flush()
  const whole = await readLines(1_000_000)
  expect([...whole.lines].sort()).toEqual([...written].sort())
  expect(whole.partCount).toBe(21)
  for (const rowsPerScan of [1, 7, 50, 299]) {
    const { lines, partCount } = await readLines(rowsPerScan)
    expect([...lines].sort(), `${rowsPerScan}`).toEqual([...written].sort())
    expect(partCount).toBeGreaterThan(21)
  }
})

test('values of points that were written again are the last ones, deleted points stay away', async () => {
  await opened.write('m,a=1 f=1,g=1 1\nm,a=1 f=2 2\nm,a=2 f=3 3')
  await opened.engine.flush()
  await opened.write('m,a=1 f=-1 1')
  await opened.ask('DELETE FROM m WHERE time = 2')
  await opened.engine.flush()
  for (const rowsPerScan of [1, 100]) {
    const { lines } = await readLines(rowsPerScan)
    expect(lines.sort()).toEqual(['m,a=1 f=-1,g=1 1', 'm,a=2 f=3 3'])
  }
})
