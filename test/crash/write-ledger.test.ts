import { expect, test } from 'vitest'
import { WriteLedger } from './write-ledger.js'

function ledgerOfFour(): WriteLedger {
  const ledger = new WriteLedger()
  ledger.acknowledge(ledger.next(0, 3))
  ledger.next(3, 1)
  ledger.acknowledge(ledger.next(0, 1))
  return ledger
}

test('rows that were acknowledged, and any that were only sent, are right', () => {
  const rows = [
    { sequence: 0, version: 2 },
    { sequence: 1, version: 1 },
    { sequence: 2, version: 1 },
  ]
  expect(ledgerOfFour().check(rows)).toEqual([])
  expect(ledgerOfFour().check([...rows, { sequence: 3, version: 1 }])).toEqual([])
})

test('lost, doubled, old and invented rows are found', () => {
  const rows = [
    { sequence: 0, version: 1 },
    { sequence: 1, version: 1 },
    { sequence: 1, version: 1 },
    { sequence: 3, version: 2 },
  ]
  expect(ledgerOfFour().check(rows)).toEqual([
    'point 1 is there twice',
    'point 3 has version 2, which was never written',
    'point 0 went back from version 2 to 1',
    'point 2, acknowledged, is lost',
  ])
})
