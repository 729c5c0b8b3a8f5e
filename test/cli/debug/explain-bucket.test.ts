import { expect, test } from 'vitest'
import { explainBucket, printLevels } from '../../../src/cli/debug/explain-bucket.js'
import type { DebugBucket } from '../../../src/client/debug-documents.js'

const BUCKET: DebugBucket = {
  database: 'd',
  retention_policy: 'autogen',
  measurement: 'cpu',
  bucket: '2026-01-01T00:00:00Z',
  files: 4,
  rows: 100,
  bytes: 4096,
  levels: [
    { level: 0, files: 3, bytes: 3072 },
    { level: 1, files: 1, bytes: 1024 },
  ],
  hidden_files: 0,
  at_rest: false,
  idle_s: 12,
  rest_s: 1200,
  retry_s: null,
  merging: false,
  verdict: 'due',
  merge_files: 4,
  merge_bytes: 4096,
  reason: 'level',
}

test.each([
  [{}, 'wanted: 4 files of one level make one of the next, 4.00 KiB'],
  [{ at_rest: true, reason: 'rest' }, 'wanted: 4 files become one, 4.00 KiB'],
  [{ reason: 'hidden', hidden_files: 1 }, 'wanted: deletes hide rows of 1 file, 4.00 KiB are written anew'],
  [
    { retry_s: 180 },
    'wanted: 4 files of one level make one of the next, 4.00 KiB; failed before, tried again in 3m00s',
  ],
  [
    { verdict: 'early', reason: 'rest' },
    'only when asked for: 4 files become one, 4.00 KiB, but it is written to (last 12s ago, at rest after 20m00s)',
  ],
  [
    { verdict: 'early', reason: 'rest', idle_s: null },
    'only when asked for: 4 files become one, 4.00 KiB, but it is written to (the server has just started)',
  ],
  [{ verdict: 'single' }, 'not wanted: one file'],
  [{ verdict: 'large' }, 'not wanted: any two of its 4 files would be more than a file may hold'],
  [{ merging: true }, 'is being merged'],
] as const)('%o is explained', (facts, text) => {
  expect(explainBucket({ ...BUCKET, ...facts })).toBe(text)
})

test('files are counted by level', () => {
  expect(printLevels(BUCKET)).toBe('0×3 1×1')
})
