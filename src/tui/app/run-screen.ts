/**
 * The dashboard on a terminal: second screen, keys, signals, Ink. Whatever ends it (a key, a signal, an exception) the
 * terminal is given back first. Resolves to how it ended.
 */

import { constants } from 'node:os'
import type { ServerSample } from '../../client/server-sample.js'
import type { TopState } from '../model/top-state.js'
import type { Recorder } from '../source/recording.js'
import type { SampleSource } from '../source/sample-source.js'
import { FrameWriter } from './frame-writer.js'
import { Session } from './session.js'
import { Terminal } from './terminal.js'
import { paintFrame, type Theme } from './theme.js'

/** Resizing by hand is a storm of events. */
const RESIZE_QUIET_MS = 40
/** Ink is not waited for longer, and not loaded earlier, than this. */
const FIRST_SAMPLE_MS_MAX = 5000
const LOAD_DELAY_MS = 150
const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const

export interface ScreenOptions {
  readonly source: SampleSource
  readonly recording: readonly ServerSample[] | null
  readonly recorder: Recorder | null
  readonly theme: Theme
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream & { readonly fd: number }
  readonly isMouseWanted: boolean
  readonly isAlternate: boolean
}

export interface ScreenEnd {
  readonly state: TopState
  /** 0 after `q`; as a shell counts signals otherwise. */
  readonly exitCode: number
}

export async function runScreen(state: TopState, options: ScreenOptions): Promise<ScreenEnd> {
  const { stdin, stdout } = options
  const terminal = new Terminal(options)
  const drawing = new Drawing(options)
  const session: Session = new Session(state, {
    ...options,
    surroundings: {
      copy: (text) => terminal.copy(text),
      redraw: () => redraw(),
      suspend: () => suspend(),
    },
  })
  const redraw = () => {
    terminal.clear()
    drawing.drawAll()
  }
  const suspend = () => {
    terminal.leave()
    process.once('SIGCONT', () => {
      terminal.enter()
      redraw()
    })
    process.kill(process.pid, 'SIGTSTP')
  }
  // Node would write its warnings over the picture.
  const warningListeners = process.listeners('warning')
  let exitCode = 0
  const end = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT') exitCode = 128 + constants.signals[signal]
    session.stop()
  }
  const giveBack = () => terminal.leave()
  const crash = (error: unknown) => {
    terminal.leave()
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  }
  const onResize = debounce(RESIZE_QUIET_MS, () => {
    terminal.clear()
    session.dispatch({ kind: 'resize', columns: stdout.columns, rows: stdout.rows })
    drawing.drawAll()
  })
  const onKeys = (chunk: string | Buffer) => session.type(String(chunk))

  process.removeAllListeners('warning')
  process.on('exit', giveBack)
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  for (const signal of ENDING_SIGNALS) process.on(signal, end)
  stdout.on('resize', onResize)
  stdout.on('error', () => session.stop())
  if (stdin.isTTY) stdin.on('data', onKeys)
  try {
    terminal.enter()
    drawing.start(session)
    await session.run()
  } finally {
    drawing.stop()
    terminal.leave()
    stdin.off('data', onKeys)
    stdout.off('resize', onResize)
    for (const signal of ENDING_SIGNALS) process.off(signal, end)
    process.off('unhandledRejection', crash)
    process.off('uncaughtException', crash)
    process.off('exit', giveBack)
    for (const listener of warningListeners) process.on('warning', listener)
  }
  return { state: session.state, exitCode }
}

/**
 * Frames on the terminal. Loading Ink takes longer than all the rest, so the first ones are written without it; both write
 * the same lines to the same place, and nobody sees the change.
 */
class Drawing {
  readonly #theme: Theme
  readonly #writer: FrameWriter
  #stop: () => void = () => {}
  #isStopped = false

  constructor({ stdout, theme }: ScreenOptions) {
    this.#theme = theme
    this.#writer = new FrameWriter(stdout)
  }

  start(session: Session): void {
    const draw = () => this.#writer.write(paintFrame(session.state, this.#theme))
    const unsubscribe = session.subscribe(draw)
    this.#stop = unsubscribe
    draw()
    void this.#mountInk(session, unsubscribe)
  }

  drawAll(): void {
    this.#writer.drawAll()
  }

  stop(): void {
    this.#isStopped = true
    // What Ink says when it leaves is for nobody.
    this.#writer.stop()
    this.#stop()
    this.#writer.stop()
  }

  /** After the first sample is on the screen, or when it takes long. */
  async #mountInk(session: Session, unsubscribe: () => void): Promise<void> {
    await firstSample(session)
    const { mountScreen } = await import('./mount-screen.js')
    if (this.#isStopped) return
    unsubscribe()
    this.#stop = mountScreen(session, this.#theme, this.#writer)
  }
}

function firstSample(session: Session): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      unsubscribe()
      // Loading holds everything up; the frame goes out before.
      setTimeout(resolve, LOAD_DELAY_MS)
    }
    const timer = setTimeout(end, FIRST_SAMPLE_MS_MAX)
    // Who quits before has nothing to wait for.
    timer.unref()
    const unsubscribe = session.subscribe(() => {
      if (session.state.sample !== null) end()
    })
  })
}

function debounce(quietMs: number, call: () => void): () => void {
  let timer: NodeJS.Timeout | null = null
  return () => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(call, quietMs)
  }
}
