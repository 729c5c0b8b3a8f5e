/** The dashboard at work against servers that answer as a test wants. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ClientError } from '../../../src/client/client-error.js'
import { Session } from '../../../src/tui/app/session.js'
import type { SampleSource } from '../../../src/tui/source/sample-source.js'
import { freshState, HOST } from '../open-top.js'
import { healthySample } from '../samples.js'

class FakeSource implements SampleSource {
  readonly host = HOST
  readonly calls: string[] = []
  failure: ClientError | null = null

  async sample() {
    this.calls.push('sample')
    if (this.failure !== null) throw this.failure
    return { sample: healthySample(this.calls.length * 2), host: HOST }
  }

  async detail() {
    this.calls.push('detail')
    return { kind: 'measurements', list: { measurements: [], measurementCount: 0 } } as const
  }

  async act({ kind }: { kind: string }) {
    this.calls.push(kind)
    if (this.failure !== null) throw this.failure
    return 'done'
  }

  logIn(secret: string) {
    this.calls.push(`log in ${secret}`)
    this.failure = null
  }

  async close() {}
}

let source: FakeSource
let session: Session
let ended: Promise<void>

function start(recording: Parameters<typeof newSession>[0] = null): void {
  session = newSession(recording)
  ended = session.run()
}

function newSession(recording: readonly ReturnType<typeof healthySample>[] | null): Session {
  const surroundings = { copy: () => {}, redraw: () => {}, suspend: () => {} }
  return new Session(freshState(), { source, recording, recorder: null, surroundings })
}

beforeEach(() => {
  vi.useFakeTimers()
  source = new FakeSource()
})
afterEach(async () => {
  session.stop()
  await ended
  vi.useRealTimers()
})

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

describe('a session', () => {
  it('asks once each refresh, and at once when the refresh changes', async () => {
    start()
    await pass(10)
    expect(source.calls.length).toBe(1)
    await pass(4000)
    expect(source.calls.length).toBe(3)
    session.type('+')
    await pass(10)
    expect(source.calls.length).toBe(4)
    await pass(3000)
    expect(source.calls.length).toBe(7)
  })

  it('waits longer after each failure, up to ten seconds, and says so', async () => {
    source.failure = new ClientError('unreachable', 'connection refused')
    start()
    await pass(8000)
    // At 0, 0.5, 1.5, 3.5 and 7.5 seconds.
    expect(source.calls.length).toBe(5)
    expect(session.state.connection).toMatchObject({ kind: 'lost', tryCount: 5, reason: 'connection refused' })
    await pass(60_000)
    expect(source.calls.length).toBeLessThan(13)
    source.failure = null
    await pass(10_000)
    expect(session.state.connection.kind).toBe('live')
  })

  it('asks for a password, and goes on with it', async () => {
    source.failure = new ClientError('denied', 'authorization failed')
    start()
    await pass(10)
    expect(session.state.input?.kind).toBe('password')
    session.type('secret\r')
    await pass(10)
    expect(source.calls).toContain('log in secret')
    expect(session.state.connection.kind).toBe('live')
  })

  it('fetches what an opened page needs, and does what was confirmed', async () => {
    start()
    await pass(10)
    session.type('5\r\r')
    await pass(10)
    expect(source.calls).toContain('detail')
    expect(Object.values(session.state.details)[0]?.kind).toBe('measurements')
    session.type('7Cy')
    await pass(10)
    expect(source.calls).toContain('compact')
    expect(session.state.notice?.text).toBe('done')
  })

  it('says what was refused', async () => {
    start()
    await pass(10)
    source.failure = new ClientError('conflict', 'a compaction is running')
    session.type('7Cy')
    await pass(1)
    expect(session.state.notice?.text).toBe('refused: a compaction is running')
  })

  it('ends with q', async () => {
    start()
    await pass(10)
    session.type('q')
    await ended
  })

  it('plays a recording and moves in it', async () => {
    start([0, 2, 4, 6].map(healthySample))
    await pass(10)
    expect(session.state.replay).toEqual({ index: 0, count: 4 })
    await pass(20_000)
    expect(session.state.replay?.index).toBe(3)
    expect(session.state.rates?.total.syncs).toBeCloseTo(180)
    session.type('\x1b[D\x1b[D')
    await pass(1)
    expect(session.state.replay?.index).toBe(1)
    session.type(' ')
    await pass(20_000)
    expect(session.state.replay?.index).toBe(1)
    expect(source.calls).toEqual([])
  })
})
