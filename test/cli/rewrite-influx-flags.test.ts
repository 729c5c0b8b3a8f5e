import { expect, test } from 'vitest'
import { rewriteInfluxFlags } from '../../src/cli/rewrite-influx-flags.js'

test.each([
  [
    ['query', '-host', 'db1', '-database=x', '-execute', 'SELECT 1'],
    ['query', '--host', 'db1', '--database=x', '--execute', 'SELECT 1'],
  ],
  [
    ['write', '-database', 'x', '--', '-host'],
    ['write', '--database', 'x', '--', '-host'],
  ],
  [
    ['serve', '-host', 'db1'],
    ['serve', '-host', 'db1'],
  ],
  [
    ['shell', '-import', '-path=a=b', '-compressed=true', '-pps', '5', '-pretty=false', '-ssl=0'],
    ['shell', '--import', '--path=a=b', '--compressed', '--pps', '5'],
  ],
  [
    ['shell', '-pretty=maybe'],
    ['shell', '--pretty=maybe'],
  ],
  [[], []],
])('%j becomes %j', (args, expected) => {
  expect(rewriteInfluxFlags(args)).toEqual(expected)
})
