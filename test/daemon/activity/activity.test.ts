import { describe, expect, it } from 'vitest'
import { EventRing } from '../../../src/daemon/activity/event-ring.js'
import { JobRegistry } from '../../../src/daemon/activity/job-registry.js'
import { ServerActivity } from '../../../src/daemon/activity/server-activity.js'

describe('events', () => {
  it('are numbered without gaps, and the oldest leave', () => {
    const ring = new EventRing(() => 0)
    for (let i = 1; i <= 5000; i++) ring.add('info', 'flush', `number ${i}`)
    const events = ring.list(10_000)
    expect(events.length).toBe(500)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => 4501 + i))
    expect(ring.list(500, 4998).map(({ text }) => text)).toEqual(['number 4999', 'number 5000'])
  })

  it('come from the engine and from warnings of the log, which still get their own lines', () => {
    const activity = new ServerActivity(() => 0)
    const lines: string[] = []
    const write = (message: string, _fields?: Record<string, unknown>) => void lines.push(message)
    const log = activity.watch({ info: write, warn: write, error: write })
    const table = { database: 'd', retentionPolicy: 'autogen', measurement: 'm' }
    activity.record({ kind: 'flush', fileCount: 2, rowCount: 1200, byteCount: 2048, elapsedMs: 12.3 })
    activity.record({
      kind: 'merge',
      table,
      inputFileCount: 4,
      inputByteCount: 4096,
      outputByteCount: 1024,
      elapsedMs: 2500,
    })
    activity.record({ kind: 'expiry', database: 'd', retentionPolicy: 'week', startNs: 0n })
    log.info('quiet')
    log.error('could not compact', { error: new Error('no space') })
    expect(lines).toEqual(['quiet', 'could not compact'])
    expect(activity.events.list(10).map(({ level, text }) => `${level} ${text}`)).toEqual([
      'info 1,200 rows into 2 files, 2.0 KiB, 12 ms',
      'info d.autogen.m: 4 files became 1, 4.0 KiB → 1.0 KiB, 2.5 s',
      'info d.week: the shard group of 1970-01-01T00:00Z expired',
      'error could not compact: no space',
    ])
    expect(activity.mergedBytes).toBe(4096)
  })
})

describe('jobs', () => {
  it('tell how far they are and how long they will take', () => {
    let nowMs = 0
    const jobs = new JobRegistry(() => nowMs)
    const job = jobs.start({ kind: 'backup', title: 'full', totalBytes: 1000, cancel: null })
    nowMs = 10_000
    job.progress(250)
    expect(jobs.list()[0]).toMatchObject({ id: '1', state: 'running', progress: 0.25, etaSeconds: 30, endedAt: '' })
    job.end('failed', 'no space')
    expect(jobs.list()[0]).toMatchObject({ state: 'failed', message: 'no space', etaSeconds: null })
    expect(jobs.isRunning('backup')).toBe(false)
  })

  it('are cancelled when they can be, and say why not otherwise', () => {
    const jobs = new JobRegistry(() => 0)
    let isCancelled = false
    jobs.start({ kind: 'backup', title: '', totalBytes: 0, cancel: () => void (isCancelled = true) })
    const fixed = jobs.start({ kind: 'compaction', title: '', totalBytes: 0, cancel: null })
    expect([jobs.cancel('1'), isCancelled]).toEqual([null, true])
    expect(jobs.cancel('2')).toBe('a compaction cannot be cancelled')
    fixed.end('done', '')
    expect(jobs.cancel('2')).toBe('job 2 has ended')
    expect(jobs.cancel('7')).toBe('there is no job 7')
  })

  it('that have ended are forgotten in time, running ones never', () => {
    const jobs = new JobRegistry(() => 0)
    jobs.start({ kind: 'backup', title: 'runs', totalBytes: 0, cancel: null })
    for (let i = 0; i < 200; i++) jobs.start({ kind: 'c', title: '', totalBytes: 0, cancel: null }).end('done', '')
    expect(jobs.list().length).toBe(51)
    expect(jobs.list()[0].title).toBe('runs')
  })
})
