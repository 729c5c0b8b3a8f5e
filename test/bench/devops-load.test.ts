import { expect, test } from 'vitest'
import { generateLines, rowCountOf } from './devops-load.js'

const SHAPE = { hostCount: 3, hours: 1, seed: 7 }

test('the same seed gives the same lines, one for each host at each timestamp', () => {
  const lines = [...generateLines(SHAPE)]
  expect(lines).toEqual([...generateLines(SHAPE)])
  expect(lines).toHaveLength(rowCountOf(SHAPE))
  expect(lines.slice(0, 4).map((line) => line.match(/hostname=(\w+)/)![1])).toEqual([
    'host_0',
    'host_1',
    'host_2',
    'host_0',
  ])
})

test('a line has ten tags, ten integers between 0 and 100 and a timestamp in nanoseconds', () => {
  for (const line of generateLines(SHAPE)) {
    const [key, fields, timestamp] = line.split(' ')
    expect(key!.split(',')).toHaveLength(11)
    const values = fields!.split(',').map((field) => /^[a-z_]+=(\d+)i$/.exec(field)![1])
    expect(values).toHaveLength(10)
    expect(values.every((value) => Number(value) <= 100)).toBe(true)
    expect(timestamp).toMatch(/^14516\d{14}$/)
  }
})
