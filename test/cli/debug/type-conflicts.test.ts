import { expect, test } from 'vitest'
import { findTypeConflicts } from '../../../src/cli/debug/type-conflicts.js'

function fact(field: string, type: string, day: number) {
  const table = { database: 'd', retention_policy: 'autogen', measurement: 'm' }
  return { ...table, field, type, start: `2026-11-0${day}T00:00:00Z`, end: `2026-11-0${day + 1}T00:00:00Z` }
}

test('fields with one type are fine; of others each type is named with its first and last time', () => {
  const facts = [fact('v', 'integer', 3), fact('v', 'float', 1), fact('w', 'float', 1), fact('v', 'float', 2)]
  expect(findTypeConflicts(facts)).toEqual([
    {
      database: 'd',
      retention_policy: 'autogen',
      measurement: 'm',
      field: 'v',
      types: [
        { type: 'float', first: '2026-11-01T00:00:00Z', last: '2026-11-03T00:00:00Z' },
        { type: 'integer', first: '2026-11-03T00:00:00Z', last: '2026-11-04T00:00:00Z' },
      ],
    },
  ])
})
