import { expect, test } from 'vitest'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import { compareTags } from '../../../src/engine/metadata/series-order.js'
import type { Tag } from '../../../src/engine/metadata/series-table.js'
import { TagSeriesIndex } from '../../../src/engine/metadata/tag-series-index.js'
import { fc } from '../../support/fixed-random.js'

const tagSet = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '3', '1 ', '\u{e000}', '\u{10000}'))
  .map((tags) => Object.entries(tags) as Tag[])

function sortedByComparing(table: MemorySeriesTable, index: TagSeriesIndex): number[] {
  return [...index.seriesOf('m')].sort((x, y) => compareTags(table.tagsOf(x), table.tagsOf(y)))
}

test('sorting everything by ranks gives the order that comparing two series gives', () => {
  fc.assert(
    fc.property(fc.array(tagSet, { minLength: 300, maxLength: 400 }), (tagSets) => {
      const table = new MemorySeriesTable()
      const index = new TagSeriesIndex(table)
      for (const tags of tagSets) index.add(table.intern('m', tags))
      expect([...index.seriesOf('m')]).toEqual(sortedByComparing(table, index))
    }),
    { numRuns: 20 },
  )
})

test('series that arrive later are merged into the order', () => {
  fc.assert(
    fc.property(fc.array(fc.array(tagSet, { maxLength: 20 }), { maxLength: 8 }), (batches) => {
      const table = new MemorySeriesTable()
      const index = new TagSeriesIndex(table)
      for (const batch of batches) {
        for (const tags of batch) index.add(table.intern('m', tags))
        expect([...index.seriesOf('m')]).toEqual(sortedByComparing(table, index))
      }
    }),
    { numRuns: 50 },
  )
})
