import { expect, test } from 'vitest'
import { parseLineProtocol } from '../../../src/engine/line-protocol/line-protocol-parser.js'
import { checkTagValues } from '../../../src/engine/metadata/check-tag-values.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import { TagSeriesIndex } from '../../../src/engine/metadata/tag-series-index.js'

test('a new series that would add one tag value too many is refused, known ones are not', () => {
  const table = new MemorySeriesTable()
  const index = new TagSeriesIndex(table)
  const check = (text: string) => {
    const { batch } = parseLineProtocol(Buffer.from(text), { table, precision: 'ns', nowNs: 0n })
    const checked = checkTagValues(table, index, batch, 2)
    for (const { series, rowCount } of checked.batch.measurements) {
      for (let row = 0; row < rowCount; row++) index.add(series[row])
    }
    return { ...checked, isUntouched: checked.batch === batch }
  }
  expect(check('m,b=1 v=1 1\nm,b=2 v=1 1\nm,b=1,c=3 v=1 4\n')).toMatchObject({ isUntouched: true, refusals: [] })
  const refused = check('m,b=4 v=1 1\nm,b=1 v=2 2\nn,b=4 v=1 1\nm,b=4 v=1 3\n')
  expect(refused.batch.rowCount).toBe(2)
  expect(refused.refusals).toEqual([
    {
      kind: 'series',
      rowCount: 2,
      reason: 'max-values-per-tag limit exceeded (2/2): measurement="m" tag="b" value="4"',
    },
  ])
})
