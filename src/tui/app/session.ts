/**
 * The dashboard at work: asks for samples at its pace, feeds the model, does what the model wants done. It owns the clock
 * and the network; the terminal and the drawing are handed in.
 */

import { writeFileSync } from 'node:fs'
import { ClientError } from '../../client/client-error.js'
import type { ServerSample } from '../../client/server-sample.js'
import { buildFrame } from '../frame/build-frame.js'
import { isStale } from '../frame/head-lines.js'
import type { Effect } from '../model/effect.js'
import { EMPTY_HISTORY } from '../model/history.js'
import { parseKeys } from '../model/key.js'
import { step, type TopEvent } from '../model/step.js'
import { detailKey, type TopState } from '../model/top-state.js'
import type { Recorder } from '../source/recording.js'
import type { SampleSource } from '../source/sample-source.js'
import { plainText } from '../text/line.js'
import type { StateStore } from './screen.js'

const BACKOFF_MS_MIN = 500
const BACKOFF_MS_MAX = 10_000
/** A slow refresh does not mean that a server may be slow. */
const WAIT_MS_MIN = 1000
const WAIT_MS_MAX = 5000
const TICK_MS = 1000
/** Samples before the chosen one that its charts are made of. */
const REPLAYED_COUNT_MAX = 300

/** What only a terminal can do. */
export interface Surroundings {
  readonly copy: (text: string) => void
  readonly redraw: () => void
  readonly suspend: () => void
}

export interface SessionOptions {
  readonly source: SampleSource
  /** Samples to look back at, in the order of their times; null = ask the source. */
  readonly recording: readonly ServerSample[] | null
  readonly recorder: Recorder | null
  readonly surroundings: Surroundings
}

export class Session implements StateStore {
  readonly #source: SampleSource
  readonly #recording: readonly ServerSample[] | null
  readonly #recorder: Recorder | null
  readonly #surroundings: Surroundings
  readonly #listeners = new Set<() => void>()
  readonly #detailsUnderWay = new Set<string>()
  readonly #ended: Promise<void>
  #end: () => void = () => {}
  #isEnded = false
  #wake: () => void = () => {}
  #tick: NodeJS.Timeout | null = null
  #failureCount = 0
  state: TopState

  constructor(state: TopState, { source, recording, recorder, surroundings }: SessionOptions) {
    this.state = state
    this.#source = source
    this.#recording = recording
    this.#recorder = recorder
    this.#surroundings = surroundings
    this.#ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when the user quits, or after `stop`. */
  async run(): Promise<void> {
    this.#tick = setInterval(() => this.#passTime(), TICK_MS)
    const sampling = this.#recording === null ? this.#sampleForEver() : this.#playForEver(this.#recording)
    try {
      // A sampling that fails otherwise than a server may fail is a bug, and ends everything.
      await Promise.race([this.#ended, sampling])
    } finally {
      clearInterval(this.#tick)
      this.stop()
      this.#wake()
    }
  }

  stop(): void {
    this.#isEnded = true
    this.#end()
  }

  type(chunk: string): void {
    for (const key of parseKeys(chunk)) this.dispatch({ kind: 'key', key })
  }

  dispatch(event: TopEvent): void {
    if (this.#isEnded) return
    const before = this.state
    const { state, effects } = step(before, event)
    this.state = state
    for (const effect of effects) this.#perform(effect)
    if (this.state !== before) for (const listener of this.#listeners) listener()
  }

  async #sampleForEver(): Promise<void> {
    while (!this.#isEnded) {
      const startedMs = performance.now()
      const waitMs = (await this.#sampleOnce()) ? this.state.settings.refreshMs : this.#backOff()
      await this.#sleep(waitMs - (performance.now() - startedMs))
    }
  }

  async #sampleOnce(): Promise<boolean> {
    const { refreshMs } = this.state.settings
    try {
      const heard = await this.#source.sample(Math.min(WAIT_MS_MAX, Math.max(WAIT_MS_MIN, refreshMs)))
      this.#failureCount = 0
      this.dispatch({ kind: 'sample', ...heard, nowMs: Date.now() })
      this.#record(heard.sample)
      return true
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
      this.#failureCount++
      this.#reportFailure(error)
      return false
    }
  }

  async #playForEver(recording: readonly ServerSample[]): Promise<void> {
    this.#show(recording, 0)
    while (!this.#isEnded) {
      await this.#sleep(this.state.settings.refreshMs)
      const index = (this.state.replay?.index ?? 0) + 1
      if (!this.#isEnded && !this.state.isPaused && index < recording.length) this.#show(recording, index)
    }
  }

  /** As if the samples before had just been seen, so that charts and rates are those of that moment. */
  #show(recording: readonly ServerSample[], index: number): void {
    const wasPaused = this.state.isPaused
    let state: TopState = { ...this.state, isPaused: false, latest: null, rates: null, history: EMPTY_HISTORY }
    for (const sample of recording.slice(Math.max(0, index - REPLAYED_COUNT_MAX), index + 1)) {
      const event = { kind: 'sample', sample, host: this.#source.host, nowMs: Date.parse(sample.time) } as const
      state = step(state, event).state
    }
    this.state = { ...state, isPaused: wasPaused }
    this.dispatch({ kind: 'replay', replay: { index, count: recording.length } })
  }

  #seek(by: number): void {
    const recording = this.#recording
    if (recording === null) return
    const index = Math.max(0, Math.min((this.state.replay?.index ?? 0) + by, recording.length - 1))
    this.#show(recording, index)
  }

  #backOff(): number {
    // While somebody types a password, the server is left alone.
    if (this.state.connection.kind === 'denied') return BACKOFF_MS_MAX
    return Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** (this.#failureCount - 1))
  }

  #reportFailure(error: ClientError): void {
    const nowMs = Date.now()
    const { host } = this.#source
    if (error.kind === 'denied') {
      this.dispatch({ kind: 'connection', connection: { kind: 'denied', host, reason: error.message }, nowMs })
      return
    }
    const tryCount = this.#failureCount
    const nextTryAtMs = nowMs + Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** (tryCount - 1))
    const connection = { kind: 'lost', host, reason: error.message, tryCount, nextTryAtMs } as const
    this.dispatch({ kind: 'connection', connection, nowMs })
  }

  #record(sample: NonNullable<TopState['sample']>): void {
    try {
      this.#recorder?.record(sample)
    } catch (error) {
      this.dispatch({ kind: 'notice', text: `not recorded: ${(error as Error).message}` })
    }
  }

  /** Samples move the clock; without them, and while a message waits to go, somebody else has to. */
  #passTime(): void {
    const { connection, notice, nowMs, replay } = this.state
    const isNoticeOver = notice !== null && Date.now() >= notice.untilMs && nowMs < notice.untilMs
    const isWaiting = connection.kind === 'lost' || isStale({ ...this.state, nowMs: Date.now() })
    if (isNoticeOver || (isWaiting && replay === null)) this.dispatch({ kind: 'tick', nowMs: Date.now() })
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, ms))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'quit':
        this.stop()
        break
      case 'suspend':
        this.#surroundings.suspend()
        break
      case 'redraw':
        this.#surroundings.redraw()
        break
      case 'set-refresh':
        this.#wake()
        break
      case 'fetch-detail':
        void this.#fetchDetail(effect.request)
        break
      case 'run-action':
        void this.#act(effect.action)
        break
      case 'copy':
        this.#surroundings.copy(effect.text)
        this.#say('copied, if the terminal allows it')
        break
      case 'save':
        this.#save()
        break
      case 'log-in':
        this.#source.logIn(effect.password)
        this.#wake()
        break
      case 'seek':
        queueMicrotask(() => this.#seek(effect.by))
        break
    }
  }

  /** After the step that wanted it has become the state. */
  #say(text: string): void {
    queueMicrotask(() => this.dispatch({ kind: 'notice', text }))
  }

  async #fetchDetail(request: Extract<Effect, { kind: 'fetch-detail' }>['request']): Promise<void> {
    const key = detailKey(request)
    if (this.#detailsUnderWay.has(key)) return
    this.#detailsUnderWay.add(key)
    try {
      this.dispatch({ kind: 'detail', request, answer: await this.#source.detail(request) })
    } finally {
      this.#detailsUnderWay.delete(key)
    }
  }

  async #act(action: Extract<Effect, { kind: 'run-action' }>['action']): Promise<void> {
    try {
      this.#say(await this.#source.act(action))
    } catch (error) {
      this.#say(`refused: ${(error as Error).message}`)
    }
    this.#wake()
  }

  #save(): void {
    const { state } = this
    const stamp = new Date(state.nowMs).toISOString().replace(/[:.]/g, '-')
    const path = `hyperbyte-top-${state.view}-${stamp}.txt`
    const text = buildFrame(state, state.rows - 1).lines.map((line) => `${plainText(line).trimEnd()}\n`)
    try {
      writeFileSync(path, text.join(''), { flag: 'wx' })
      this.#say(`written to ${path}`)
    } catch (error) {
      this.#say(`not written: ${(error as Error).message}`)
    }
  }
}
