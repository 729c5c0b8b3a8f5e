import { expect, test } from 'vitest'
import {
  complementOf,
  intersect,
  intersects,
  listMembers,
  type SeriesSet,
  subtract,
  union,
  unionDisjoint,
} from '../../../src/engine/metadata/series-set.js'
import { fc } from '../../support/fixed-random.js'

const COUNT = 100
const seriesSet = fc.record({
  members: fc
    .uniqueArray(fc.nat(COUNT - 1), { maxLength: COUNT })
    .map((list) => Uint32Array.from(list.sort((a, b) => a - b))),
  isComplement: fc.boolean(),
})
const toSet = (set: SeriesSet): Set<number> => new Set(listMembers(set, COUNT))
const toList = (set: SeriesSet): number[] => [...listMembers(set, COUNT)]
const everything = Array.from({ length: COUNT }, (_, i) => i)

test('the algebra on lists and complements is that of sets', () => {
  fc.assert(
    fc.property(seriesSet, seriesSet, (a, b) => {
      const [inA, inB] = [toSet(a), toSet(b)]
      expect(toList(intersect(a, b))).toEqual(everything.filter((i) => inA.has(i) && inB.has(i)))
      expect(toList(union(a, b))).toEqual(everything.filter((i) => inA.has(i) || inB.has(i)))
      expect(toList(subtract(a, b))).toEqual(everything.filter((i) => inA.has(i) && !inB.has(i)))
      expect(intersects(b.members, a)).toBe([...b.members].some((i) => inA.has(i)))
      expect(toList(complementOf(a))).toEqual(everything.filter((i) => !inA.has(i)))
    }),
  )
})

test('disjoint lists are united in order, whether they are few among many or not', () => {
  const lists = [Uint32Array.of(3, 70), Uint32Array.of(0, 31, 99), Uint32Array.of(32, 63, 64)]
  const united = [0, 3, 31, 32, 63, 64, 70, 99]
  expect([...unionDisjoint(lists, 100)]).toEqual(united)
  expect([...unionDisjoint(lists, 1_000_000)]).toEqual(united)
})
