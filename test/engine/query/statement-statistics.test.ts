import { describe, expect, it } from 'vitest'
import { fingerprintOf, StatementStatistics } from '../../../src/engine/query/statement-statistics.js'

const RUN = { text: 'SHOW DATABASES', database: '', elapsedMs: 1, rowCount: 2, isFailed: false }

describe('the shape of a statement', () => {
  it('has ? for whatever is a value, and keeps names', () => {
    expect(
      fingerprintOf(
        `SELECT mean(v1) FROM "m 2" WHERE time > now() - 1h30m AND host = 'it\\'s' AND x =~ /a\\/b/ LIMIT 10`,
      ),
    ).toBe(`SELECT mean(v1) FROM "m 2" WHERE time > now() - ? AND host = ? AND x =~ ? LIMIT ?`)
    expect(fingerprintOf('SELECT top(a, 3) FROM m WHERE a > -1.5')).toBe('SELECT top(a, ?) FROM m WHERE a > ?')
    expect(fingerprintOf('SELECT a / 2, b / 3 FROM m')).toBe('SELECT a / ?, b / ? FROM m')
  })
})

describe('statistics of statements', () => {
  it('add up calls of one shape', () => {
    const statistics = new StatementStatistics(() => 7)
    for (let i = 1; i <= 100; i++) {
      statistics.record({
        text: `SELECT v FROM m LIMIT ${i}`,
        database: 'd',
        elapsedMs: i,
        rowCount: 3,
        isFailed: i % 10 === 0,
      })
    }
    const [info, ...others] = statistics.list(10)
    expect(others).toEqual([])
    expect(info).toMatchObject({
      fingerprint: 'SELECT v FROM m LIMIT ?',
      callCount: 100,
      errorCount: 10,
      rowCount: 300,
    })
    expect(info).toMatchObject({ totalMs: 5050, maxMs: 100, lastAtMs: 7 })
    expect(info.p99Ms).toBeGreaterThan(85)
    expect(info.p99Ms).toBeLessThanOrEqual(100)
  })

  it('stay bounded, and forget the shape that was not asked for the longest', () => {
    const statistics = new StatementStatistics(() => 0)
    for (let i = 0; i < 2000; i++) statistics.record({ ...RUN, text: `SELECT v FROM m_${i}x` })
    const shapes = statistics.list(10_000).map(({ fingerprint }) => fingerprint)
    expect(shapes.length).toBe(500)
    expect(shapes).toContain('SELECT v FROM m_1999x')
    expect(shapes).not.toContain('SELECT v FROM m_0x')
  })
})
