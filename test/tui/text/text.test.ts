import { describe, expect, it } from 'vitest'
import { clean, cut, cutLine, fitText, lineOf, lineWidth, span, widthOf, wrap } from '../../../src/tui/text/line.js'
import { bar, resample, sparkline } from '../../../src/tui/text/sparkline.js'
import {
  formatAbout,
  formatBytes,
  formatClock,
  formatCount,
  formatLatency,
  formatMinute,
  formatRate,
  formatSpan,
} from '../../../src/tui/text/units.js'
import { fc } from '../../support/fixed-random.js'

const anyText = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }))

describe('text of any kind', () => {
  it('is cut and filled to exactly the width asked for', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 60 }), (text, width) => {
        const shown = clean(text)
        expect(widthOf(cut(shown, width))).toBeLessThanOrEqual(width)
        expect(widthOf(fitText(shown, width))).toBe(width)
        expect(lineWidth(cutLine(lineOf(shown, span(shown, 'ok')), width))).toBeLessThanOrEqual(width)
        for (const line of wrap(text, Math.max(2, width))) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(2, width))
      }),
    )
  })

  it('loses control characters and escape sequences', () => {
    expect(clean('a\x1b[31mb\nc\td\u202ee\x9b')).toBe('a·[31mb c d·e·')
  })
})

describe('numbers', () => {
  it('are short and of steady width', () => {
    expect([0, 999, 1024, 1_500_000, 412_316_860_416, -2048].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.00 KiB',
      '1.43 MiB',
      '384 GiB',
      '-2.00 KiB',
    ])
    expect([0, 950, 1000, 18_400, 1_240_000, 999_999].map(formatCount)).toEqual([
      '0',
      '950',
      '1.00k',
      '18.4k',
      '1.24M',
      '1.00M',
    ])
    expect([0, 0.04, 99.9, 100, 18_400].map(formatRate)).toEqual(['0.0', '0.0', '99.9', '100', '18.4k'])
    expect([0.0004, 0.008, 0.34, 1.2, 125].map(formatLatency)).toEqual(['0.4 ms', '8.0 ms', '340 ms', '1.2 s', '2m05s'])
    expect([0, 74, 725, 7380, 410_655].map(formatSpan)).toEqual(['0 s', '74 s', '12m05s', '2h03m', '4d18h'])
    expect([2400, 46_800, 518_400, 1e8].map(formatAbout)).toEqual(['40 m', '13 h', '6 d', '3 y'])
    expect([formatClock('2026-11-20T03:44:17.2Z'), formatMinute('2026-11-20T03:44:17Z'), formatMinute('')]).toEqual([
      '03:44:17',
      '2026-11-20 03:44',
      '–',
    ])
  })

  it('never take more than eight columns', () => {
    const any = fc.double({ noNaN: true, min: -1e15, max: 1e15 })
    fc.assert(
      fc.property(any, (value) => {
        for (const text of [formatCount(value), formatRate(value)]) expect(widthOf(text)).toBeLessThanOrEqual(8)
        expect(widthOf(formatBytes(value))).toBeLessThanOrEqual(9)
      }),
    )
  })
})

describe('sparklines', () => {
  it('begin at zero, and leave a gap where nothing is known', () => {
    expect(sparkline([0, 1, null, 4, 8], 5, 'block')).toBe('▁▁ ▄█')
    expect(sparkline([0, 1, null, 4, 8], 5, 'ascii')).toBe('.. =#')
    expect(sparkline([5, 5], 4, 'block')).toBe('  ██')
    expect(sparkline([0, 0], 2, 'block')).toBe('▁▁')
    expect(sparkline([0, 4, null, null], 2, 'braille')).toBe('⣸ ')
  })

  it('are as wide as asked for', () => {
    const values = fc.array(fc.option(fc.double({ noNaN: true, min: 0, max: 1e12 })), { maxLength: 100 })
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 120 }), (list, width) => {
        for (const style of ['block', 'braille', 'ascii'] as const) {
          expect(widthOf(sparkline(list, width, style))).toBe(width)
        }
        expect(resample(list, width).length).toBe(Math.max(width, 0))
      }),
    )
  })

  it('bars fill their share', () => {
    expect([0, 0.5, 1, 2, Number.NaN].map((share) => bar(share, 4, 'block'))).toEqual([
      '    ',
      '██  ',
      '████',
      '████',
      '    ',
    ])
    expect(bar(0.31, 4, 'block')).toBe('█▎  ')
  })
})

it('no piece of a line steers the terminal, whoever made its text', () => {
  expect(lineOf('merge failed: \x1b[2J', span('disk\nfull', 'warning')).map(({ text }) => text)).toEqual([
    'merge failed: ·[2J',
    'disk full',
  ])
})
