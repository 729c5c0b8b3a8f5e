import { expect, test } from 'vitest'
import { explainCompaction } from '../../../src/engine/compaction/explain-compaction.js'
import { COMPACTION_LIMITS } from '../../../src/engine/compaction/plan-compaction.js'
import type { FileEntry } from '../../../src/engine/registry/file-entry.js'

const MIB = 2 ** 20

function file(id: number, level = 0, mebibytes = 1): FileEntry {
  const rowCount = mebibytes * MIB
  return { id, level, rowCount, byteCount: mebibytes * MIB, maxSequence: BigInt(id) } as FileEntry
}

function verdict(files: readonly FileEntry[], isAtRest: boolean, hiddenCount = () => 0): string {
  return explainCompaction(files, isAtRest, COMPACTION_LIMITS, hiddenCount).kind
}

test('four files of a level are due while the bucket is written to, two when it is at rest', () => {
  const four = [file(1), file(2), file(3), file(4)]
  expect(verdict(four, false)).toBe('due')
  expect(verdict(four.slice(2), false)).toBe('early')
  expect(verdict(four.slice(2), true)).toBe('due')
})

test('one file is wanted only for what deletes have hidden in it', () => {
  expect(verdict([file(1)], true)).toBe('single')
  expect(verdict([file(1)], true, () => 1)).toBe('due')
  expect(verdict([file(1)], false, () => 1)).toBe('early')
})

test('files that are too large together stay', () => {
  expect(verdict([file(1, 2, 400), file(2, 2, 400)], true)).toBe('large')
})
