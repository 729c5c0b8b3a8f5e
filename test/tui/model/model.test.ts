import { describe, expect, it } from 'vitest'
import { matchesFilter, parseFilter, parseQuantity } from '../../../src/tui/model/filter.js'
import { EMPTY_HISTORY, recordValues, valuesOf } from '../../../src/tui/model/history.js'
import { parseKeys } from '../../../src/tui/model/key.js'
import { computeRates, quantileOf } from '../../../src/tui/model/rates.js'
import { numberCell, sortRows, textCell } from '../../../src/tui/model/table.js'
import { degradedSample, healthySample } from '../samples.js'

describe('rates', () => {
  it('are differences over the time between, per node and in all', () => {
    const rates = computeRates(degradedSample(0), degradedSample(10))
    const perNode = rates?.nodes.get('n1')?.syncs
    expect(perNode).toBeCloseTo(180)
    expect(rates?.total.syncs).toBeCloseTo(540)
    expect(rates?.nodes.get('n3')?.cpu).toBeCloseTo(0.72)
    expect(rates?.databases.get('telegraf')).toBeCloseTo(390_000)
  })

  it('do not exist backwards in time or across a restart', () => {
    expect(computeRates(healthySample(10), healthySample(0))).toBeNull()
    const after = healthySample(10)
    const restarted = { ...after, nodes: after.nodes.map((node) => ({ ...node, startedAt: 'later' })) }
    expect(computeRates(healthySample(0), restarted)?.total.writes).toBeNull()
  })

  it('quantiles are interpolated within a bucket', () => {
    expect(quantileOf([1, 2, 4], [0, 100, 0, 0], 0.5)).toBeCloseTo(1.5)
    expect(quantileOf([1, 2, 4], [0, 0, 0, 5], 0.99)).toBe(4)
    expect(quantileOf([1, 2], [0, 0, 0], 0.99)).toBeNull()
  })
})

describe('history', () => {
  it('fills every second that a value was measured over, and leaves gaps elsewhere', () => {
    let history = recordValues(EMPTY_HISTORY, { a: 4 }, 1_000_000, 1_002_000)
    history = recordValues(history, { a: 8 }, 1_010_000, 1_012_000)
    const seconds = valuesOf(history, 60_000, 'a').slice(-12)
    expect(seconds).toEqual([4, 4, null, null, null, null, null, null, null, null, 8, 8])
    expect(valuesOf(history, 60_000, 'unknown').every((value) => value === null)).toBe(true)
  })

  it('is averaged in the longer windows, and forgets what has been gone for an hour', () => {
    let history = EMPTY_HISTORY
    for (let i = 0; i < 60; i++) history = recordValues(history, { a: i % 2 === 0 ? 10 : 20 }, i * 1000, (i + 1) * 1000)
    const minutes = valuesOf(history, 3_600_000, 'a')
    expect(minutes.at(-1)).toBe(20)
    expect(minutes.at(-2)).toBeCloseTo(15, 0)
    expect(minutes.at(-3)).toBeNull()
    history = recordValues(history, { b: 1 }, 7_200_000, 7_201_000)
    expect(Object.keys(history[3_600_000].series)).toEqual(['b'])
  })
})

describe('filters', () => {
  const row = {
    id: '1',
    cells: {
      db: textCell('Telegraf'),
      rows: numberCell(12_000, String),
      bytes: numberCell(5 * 2 ** 20, String),
      age: numberCell(90, String),
      text: textCell('SELECT * FROM "http://x"'),
      none: numberCell(null, () => '–'),
    },
  }
  const holds = (text: string) => matchesFilter(parseFilter(text), row)

  it('find text anywhere or in one column, and the absence of it', () => {
    expect(['tele', 'db:tele', '!test', 'db:tele !db:iot', '"FROM "', 'http://x', ''].every(holds)).toBe(true)
    expect(['iot', 'db:select', '!tele', '!db:telegraf'].some(holds)).toBe(false)
  })

  it('compare numbers with units', () => {
    expect(['rows>10k', 'rows<=12000', 'bytes>=5MiB', 'age>1m', 'age<2m', 'rows=12k'].every(holds)).toBe(true)
    expect(['rows>1M', 'bytes<1KiB', 'none>0', 'rows>many'].some(holds)).toBe(false)
    expect([parseQuantity('40%'), parseQuantity('1.5s'), parseQuantity('x'), parseQuantity('1toString')]).toEqual([
      0.4,
      1.5,
      null,
      null,
    ])
  })
})

describe('sorting', () => {
  it('puts what is not known last in both directions', () => {
    const rows = [null, 1, 3, 2].map((value, i) => ({ id: String(i), cells: { n: numberCell(value, String) } }))
    const ids = (isDescending: boolean) => sortRows(rows, { column: 'n', isDescending }).map(({ id }) => id)
    expect([ids(false), ids(true)]).toEqual([
      ['1', '3', '2', '0'],
      ['2', '3', '1', '0'],
    ])
  })
})

describe('keys', () => {
  it('are read from chunks with several of them', () => {
    const names = parseKeys('j\x1b[A\x1bOB\x1b[5~\r\x7f\x03ü😀\x1b').map(({ name }) => name)
    expect(names).toEqual(['j', 'up', 'down', 'pageup', 'enter', 'backspace', 'ctrl-c', 'ü', '😀', 'escape'])
  })

  it('clicks and the wheel have a place; releases and unknown sequences are nothing', () => {
    expect(parseKeys('\x1b[<0;12;3M\x1b[<0;12;3m\x1b[<65;1;1M\x1b[200~')).toEqual([
      { name: 'click', column: 12, row: 3 },
      { name: 'wheel-down', column: 1, row: 1 },
    ])
  })
})
