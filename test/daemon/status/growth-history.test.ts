import { describe, expect, it } from 'vitest'
import { GrowthHistory, READING_INTERVAL_MS } from '../../../src/daemon/status/growth-history.js'

const HOUR_MS = 3_600_000

function historyOf(hours: number, bytesPerHour: number): GrowthHistory {
  const history = new GrowthHistory()
  for (let atMs = 0; atMs <= hours * HOUR_MS; atMs += READING_INTERVAL_MS) {
    const grown = (atMs / HOUR_MS) * bytesPerHour
    history.add({ atMs, usedBytes: 1000 + grown, databases: new Map([['d', grown]]) })
  }
  return history
}

describe('growth', () => {
  it('is not known before ten minutes have passed', () => {
    const history = historyOf(0, 100)
    expect(history.ofDatabase('d', 50, 60_000)).toBeNull()
    expect(history.secondsUntilFull(1000, 500, 60_000)).toBeNull()
  })

  it('is measured over a day at most', () => {
    const grown = historyOf(48, 100).ofDatabase('d', 4800, 48 * HOUR_MS)
    expect(grown?.bytes).toBe(2400)
    expect(grown?.seconds).toBe(86_400)
  })

  it('says when the disk is full at this rate, and nothing when it is not filling up', () => {
    expect(historyOf(10, 100).secondsUntilFull(2000, 1000, 10 * HOUR_MS)).toBeCloseTo(10 * 3600)
    expect(historyOf(10, 0).secondsUntilFull(1000, 1000, 10 * HOUR_MS)).toBeNull()
    expect(historyOf(10, -5).secondsUntilFull(900, 1000, 10 * HOUR_MS)).toBeNull()
    expect(historyOf(10, 1).secondsUntilFull(1010, 1e12, 10 * HOUR_MS)).toBeNull()
  })

  it('of a database begins when the database does', () => {
    const history = historyOf(10, 100)
    expect(history.ofDatabase('new', 70, 10 * HOUR_MS)).toBeNull()
  })
})
