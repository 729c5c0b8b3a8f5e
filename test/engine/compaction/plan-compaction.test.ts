import { expect, test } from 'vitest'
import { type CompactionLimits, planCompaction } from '../../../src/engine/compaction/plan-compaction.js'
import type { FileEntry } from '../../../src/engine/registry/file-entry.js'

const LIMITS: CompactionLimits = {
  filesPerLevelMax: 4,
  fileBytesMax: 100,
  wideFileBytesMax: 30,
  wideRowBytes: 1000,
  hiddenCountMax: 5,
}

function file(id: number, level: number, byteCount = 10): FileEntry {
  return {
    id,
    level,
    byteCount,
    table: { database: 'd', retentionPolicy: 'p', measurement: 'm' },
    path: `${id}`,
    bucketStartNs: 0n,
    rowCount: 1,
    minNs: 0n,
    maxNs: 1n,
    minSequence: BigInt(id),
    maxSequence: BigInt(id),
    origin: 0,
    sha256: '',
    late: null,
    columns: [],
  }
}

function planned(files: readonly FileEntry[], isAtRest: boolean): number[] | null {
  return planCompaction(files, isAtRest, LIMITS)?.map(({ id }) => id) ?? null
}

test('a bucket that is written to merges four neighbours of one level, oldest first', () => {
  expect(planned([file(3, 0), file(1, 0), file(2, 0)], false)).toBeNull()
  expect(planned([file(4, 0), file(3, 0), file(1, 0), file(2, 0), file(5, 0)], false)).toEqual([1, 2, 3, 4])
})

test('only neighbours in the order of the log are merged', () => {
  expect(planned([file(1, 0), file(2, 0), file(3, 1), file(4, 0), file(5, 0)], false)).toBeNull()
})

test('the lowest level goes first', () => {
  const high = [1, 2, 3, 4].map((id) => file(id, 1))
  const low = [5, 6, 7, 8].map((id) => file(id, 0))
  expect(planned([...high, ...low], false)).toEqual([5, 6, 7, 8])
})

test('a bucket at rest becomes as few files as the size allows', () => {
  expect(planned([file(1, 2), file(2, 0), file(3, 1)], true)).toEqual([1, 2, 3])
  expect(planned([file(1, 2, 90), file(2, 0, 20), file(3, 1, 30)], true)).toEqual([2, 3])
  expect(planned([file(1, 2, 90), file(2, 0, 20)], true)).toBeNull()
})

test('many flushes leave a bounded number of files', () => {
  let files: FileEntry[] = []
  let nextId = 1
  for (let flush = 0; flush < 200; flush++) {
    files.push(file(nextId++, 0, 0.1))
    for (let plan = planCompaction(files, false, LIMITS); plan !== null; plan = planCompaction(files, false, LIMITS)) {
      const merged = { ...file(nextId++, plan[0].level + 1, 0.1), maxSequence: plan[plan.length - 1].maxSequence }
      files = [...files.filter((kept) => !plan!.includes(kept)), merged]
    }
  }
  // At most three files on each of log4(200) levels.
  expect(files.length).toBeLessThanOrEqual(12)
})

test('files with hidden rows go first, and at rest even one alone is written anew', () => {
  const hiddenCount = ({ id }: FileEntry): number => (id === 8 ? 1 : id === 10 ? 5 : 0)
  const plan = (files: readonly FileEntry[], isAtRest: boolean): number[] | null =>
    planCompaction(files, isAtRest, LIMITS, hiddenCount)?.map(({ id }) => id) ?? null
  const runs = [1, 2, 3, 4]
    .map((id) => file(id, 0))
    .concat(
      file(5, 1),
      [6, 7, 8, 9].map((id) => file(id, 0)),
    )
  expect(plan(runs, false)).toEqual([6, 7, 8, 9])
  expect(plan([file(8, 0)], false)).toBeNull()
  expect(plan([file(8, 0), file(10, 1)], false)).toEqual([10])
  expect(plan([file(1, 0, 90), file(8, 0, 90)], true)).toEqual([8])
  expect(plan([file(1, 0), file(8, 0)], true)).toEqual([1, 8])
})

test('files of wide rows are merged into smaller ones', () => {
  const wide = { ...LIMITS, wideRowBytes: 5 }
  const ids = (files: FileEntry[]) => planCompaction(files, true, wide)?.map(({ id }) => id) ?? null
  expect(ids([file(1, 0), file(2, 0), file(3, 0), file(4, 0)])).toEqual([1, 2, 3])
  expect(ids([file(1, 0, 25), file(2, 0, 25)])).toBeNull()
})
