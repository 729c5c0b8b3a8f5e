import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FrameWriter } from '../../../src/tui/app/frame-writer.js'
import { chooseTheme, paintLine } from '../../../src/tui/app/theme.js'
import { lineOf, span } from '../../../src/tui/text/line.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function openWriter() {
  const written: string[] = []
  const writer = new FrameWriter({ columns: 80, rows: 24, write: (text) => void written.push(text) })
  return { writer, written }
}

const BEGIN = '\x1b[?2026h'
const END = '\x1b[?2026l'

describe('frames on the wire', () => {
  it('are the lines that changed, each at its place, in one write', () => {
    const { writer, written } = openWriter()
    writer.write('a\nb\nc')
    expect(written).toEqual([`${BEGIN}\x1b[1;1Ha\x1b[K\x1b[2;1Hb\x1b[K\x1b[3;1Hc\x1b[K${END}`])
    vi.advanceTimersByTime(100)
    writer.write('a\nB\nc')
    expect(written[1]).toBe(`${BEGIN}\x1b[2;1HB\x1b[K${END}`)
    writer.drawAll()
    expect(written[2]).toBe(`${BEGIN}\x1b[1;1Ha\x1b[K\x1b[2;1HB\x1b[K\x1b[3;1Hc\x1b[K${END}`)
    writer.stop()
  })

  it('are drawn ten times a second at most, the last one always', () => {
    const { writer, written } = openWriter()
    for (let i = 0; i < 100; i++) writer.write(`${i}`)
    expect(written.length).toBe(1)
    vi.advanceTimersByTime(99)
    expect(written.length).toBe(1)
    vi.advanceTimersByTime(1)
    expect(written.length).toBe(2)
    expect(written[1]).toContain('99')
    writer.stop()
  })

  it('that equal the last one write nothing', () => {
    const { writer, written } = openWriter()
    writer.write('same')
    writer.write('same')
    vi.advanceTimersByTime(1000)
    expect(written.length).toBe(1)
    writer.stop()
  })
})

describe('palettes', () => {
  const line = lineOf(span('ok', 'ok'), ' ', span('bad', 'critical'), { text: 'row', tone: 'plain', isInverse: true })

  it('without colours still mark what is selected and what is bad', () => {
    const painted = paintLine(line, chooseTheme('default', 0))
    expect(painted).not.toMatch(/\x1b\[[34]/)
    expect(painted).toContain('\x1b[7mrow')
    expect(painted).toContain('\x1b[1mbad')
  })

  it('for every kind of colour vision use blue and red in the depth the terminal has', () => {
    expect(paintLine(line, chooseTheme('cb', 3))).toContain('38;2;0;119;187')
    expect(paintLine(line, chooseTheme('cb', 2))).toContain('38;5;32')
    expect(paintLine(line, chooseTheme('cb', 1))).toContain('\x1b[94m')
  })
})
