import { expect, test } from 'vitest'
import { type ProgressMode, ProgressReporter } from '../../../src/cli/progress/progress-reporter.js'
import type { Progress } from '../../../src/operations/progress.js'

function start(mode: ProgressMode, isTTY = false) {
  const clock = { ms: 0 }
  const written: string[] = []
  const stream = { isTTY, columns: 80, write: (text: string) => written.push(text) }
  return { clock, written, reporter: new ProgressReporter({ mode, stream, nowMs: () => clock.ms }) }
}

function at(done: number): Progress {
  return { phase: 'write', done, total: 100, unit: 'rows', details: [] }
}

test('what is over within a second shows nothing but a summary to machines', () => {
  for (const mode of ['bar', 'plain', 'none'] as const) {
    const { clock, written, reporter } = start(mode)
    for (clock.ms = 0; clock.ms < 1000; clock.ms += 10) reporter.update(at(clock.ms / 10))
    reporter.finish({ rows: 100 })
    expect(written).toEqual([])
  }
  const { written, reporter } = start('json')
  reporter.finish({ rows: 100 })
  reporter.finish({ rows: 100 })
  expect(written.map((line) => JSON.parse(line))).toEqual([{ type: 'summary', elapsed_s: 0, rows: 100 }])
})

test('JSON says at most one status a second', () => {
  const { clock, written, reporter } = start('json')
  for (clock.ms = 0; clock.ms <= 5000; clock.ms += 10) reporter.update(at(clock.ms / 50))
  reporter.finish()
  const types = written.map((line) => JSON.parse(line).type)
  expect(types).toEqual(['status', 'status', 'status', 'status', 'status', 'summary'])
})

test('plain writes a line every 30 seconds', () => {
  const { clock, written, reporter } = start('plain')
  for (clock.ms = 0; clock.ms <= 95_000; clock.ms += 500) reporter.update(at(clock.ms / 1000))
  reporter.finish()
  expect(written).toEqual([
    'write 30%  30/100 rows  1/s  ETA 1m10s\n',
    'write 60%  60/100 rows  1/s  ETA 40s\n',
    'write 90%  90/100 rows  1/s  ETA 10s\n',
  ])
})

test('auto draws a bar on a terminal, clears it for a warning and at the end', () => {
  const { clock, written, reporter } = start('auto', true)
  reporter.update(at(0))
  clock.ms = 2000
  reporter.update(at(50))
  reporter.warn('a line that stays')
  clock.ms = 3000
  reporter.update(at(60))
  reporter.finish()
  expect(written[0]).toMatch(/^\r\u001b\[2Kwrite 50% █/)
  expect(written.slice(1, 3)).toEqual(['\r\u001b[2K', 'warning: a line that stays\n'])
  expect(written[written.length - 1]).toBe('\r\u001b[2K')
})

test('a warning does not steer the terminal', () => {
  const { written, reporter } = start('bar', true)
  reporter.warn('lost \u001b[2J')
  reporter.finish()
  expect(written).toEqual(['warning: lost \ufffd[2J\n'])
})
