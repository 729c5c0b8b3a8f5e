import { describe, expect, it } from 'vitest'
import { buildFrame } from '../../../src/tui/frame/build-frame.js'
import { VIEW_IDS } from '../../../src/tui/model/view-id.js'
import { lineWidth, plainText } from '../../../src/tui/text/line.js'
import { fc } from '../../support/fixed-random.js'
import { CONDITIONS, press } from '../open-top.js'

const OPENED = Object.fromEntries(Object.entries(CONDITIONS).map(([name, open]) => [name, open({})] as const))

describe('any frame', () => {
  it('has as many lines as asked for, none wider than the terminal, and no control character', () => {
    const keys = fc.array(fc.constantFrom('enter', 'down', 'escape', '?', ':', 't', 'K', 's', 'space', 'n', 'w'), {
      maxLength: 4,
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 200 }),
        fc.integer({ min: 10, max: 60 }),
        fc.constantFrom(...VIEW_IDS),
        fc.constantFrom(...Object.keys(OPENED)),
        fc.constantFrom('block' as const, 'braille' as const, 'ascii' as const),
        fc.boolean(),
        keys,
        (columns, rows, view, condition, charts, isCompact, names) => {
          const opened = OPENED[condition]
          const settings = { ...opened.settings, charts, isCompact }
          const { state } = press({ ...opened, columns, rows, view, settings }, names.join(' '))
          const { lines } = buildFrame(state, rows - 1)
          expect(lines.length).toBe(rows - 1)
          for (const line of lines) {
            expect(lineWidth(line)).toBeLessThanOrEqual(columns)
            expect(plainText(line)).not.toMatch(/[\x00-\x1f\x7f-\x9f]/)
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('of a terminal below 40 × 10 says so', () => {
    const state = { ...CONDITIONS.healthy({}), columns: 30, rows: 8 }
    const text = buildFrame(state, 7).lines.map(plainText).join(' ')
    expect(text).toContain('terminal too small')
  })
})
