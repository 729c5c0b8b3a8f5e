import { expect, test } from 'vitest'
import { HASH_START, hashByte, TagSegments } from '../../../src/engine/metadata/tag-segments.js'

function intern(segments: TagSegments, text: string, hash?: number): number {
  const bytes = Buffer.from(text)
  return segments.intern(bytes, 0, bytes.length, hash ?? bytes.reduce(hashByte, HASH_START))
}

test('equal segments get equal numbers, new ones the next', () => {
  const segments = new TagSegments()
  expect(['host=a', 'host=b', 'host=a', 'region=a'].map((text) => intern(segments, text))).toEqual([0, 1, 0, 2])
  expect(segments.find(Buffer.from('host=b'))).toBe(1)
  expect(segments.find(Buffer.from('host=c'))).toBe(-1)
})

test('keys and values come back without their escapes', () => {
  const segments = new TagSegments()
  const number = intern(segments, 'a\\=b\\,c=d\\ e\\=ü')
  expect([segments.keyOf(number), segments.valueOf(number)]).toEqual(['a=b,c', 'd e=ü'])
})

test('a hundred thousand segments are found again', () => {
  const segments = new TagSegments()
  for (let i = 0; i < 100_000; i++) intern(segments, `host=host_${i}`)
  expect(segments.count).toBe(100_000)
  for (let i = 0; i < 100_000; i += 997) expect(segments.find(Buffer.from(`host=host_${i}`))).toBe(i)
  expect(segments.valueOf(4711)).toBe('host_4711')
})

test('segments that all hash alike are still told apart, without a walk over all of them', () => {
  const segments = new TagSegments()
  for (let i = 0; i < 20_000; i++) intern(segments, `host=${i}`, 7)
  expect(segments.count).toBe(20_000)
  for (let i = 0; i < 20_000; i += 97) expect(intern(segments, `host=${i}`, 7)).toBe(i)
})
