/**
 * The life of the server: open the engine (which takes the lock and replays what a crash left), listen, wait for a
 * signal, then close in reverse order: no new connections, requests in progress finish, rows go to disk. Whatever is
 * acknowledged survives an end at any of these points.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine, EngineOptions } from '../engine/index.js'
import { ServerActivity } from './activity/server-activity.js'
import { renderBanner } from './banner.js'
import type { LoadedConfig } from './config/load-config.js'
import type { ConfigValues } from './config/option-table.js'
import { renderConfig } from './config/render-config.js'
import { toEngineOptions } from './engine-options.js'
import { FaultBoard } from './faults/fault-board.js'
import type { HttpSettings } from './http/http-settings.js'
import { toHttpSettings } from './http-options.js'
import { type DaemonLog, openLog } from './open-log.js'
import type { RunningService } from './services/continuous-query-service.js'
import { listenForStop, type StopSignals } from './stop-signals.js'

export interface RunningServer {
  /** `http://127.0.0.1:8086`, with the port that was really bound. */
  readonly url: string
  /** Refuses new connections, lets requests in progress finish. */
  close(): Promise<void>
}

/** What the daemon is put together from. */
export interface DaemonParts {
  openEngine(options: EngineOptions): Promise<Engine>
  startServices(engine: Engine, values: ConfigValues, log: DaemonLog): RunningService
  startHttpServer(
    engine: Engine,
    settings: HttpSettings,
    log: DaemonLog,
    activity: ServerActivity,
    faults: FaultBoard | null,
  ): Promise<RunningServer>
}

export interface DaemonOptions {
  readonly version: string
  /** A data directory of its own that is removed at the end; writes create databases. */
  readonly isDev: boolean
  readonly isTerminal: boolean
  readonly isColored: boolean
  /** For SIGHUP. */
  readonly reloadConfig: () => Promise<LoadedConfig>
}

/** Resolves after an orderly stop; rejects when the server could not start. */
export async function runDaemon(config: LoadedConfig, options: DaemonOptions, parts: DaemonParts): Promise<void> {
  const values = options.isDev ? withOwnDirectory(config.values) : withAbsoluteDirectory(config.values)
  const format = chooseFormat(values['logging.format'], options.isTerminal)
  const activity = new ServerActivity()
  const { isColored } = options
  const onLine = activity.logLines.add
  const log = activity.watch(openLog({ level: values['logging.level'], format, isColored, onLine }))
  const configurationText = renderConfig({ ...config, values }, { isOriginShown: true, areSecretsShown: false })
  for (const warning of config.warnings) log.warn(warning)
  const signals = listenForStop((signal) => log.warn('stopped at once by a second signal', { signal }))
  const stopListening = listenForTrouble(log, options.reloadConfig)
  try {
    await serve(values, options, parts, {
      log,
      activity,
      signals,
      configurationText,
      isBannerShown: format === 'pretty',
    })
  } finally {
    signals.release()
    stopListening()
    if (options.isDev) rmSync(values['data.dir'], { recursive: true, force: true })
  }
}

interface Surroundings {
  readonly log: DaemonLog
  readonly activity: ServerActivity
  readonly signals: StopSignals
  readonly configurationText: string
  readonly isBannerShown: boolean
}

async function serve(
  values: ConfigValues,
  options: DaemonOptions,
  parts: DaemonParts,
  surroundings: Surroundings,
): Promise<void> {
  const { log, activity, signals } = surroundings
  const { version } = options
  const dataDir = values['data.dir']
  log.info('opening', { version, dataDir, pid: process.pid, node: process.version })
  const startedMs = performance.now()
  const faults = openFaults(values, options, log)
  const engine = await parts.openEngine(toEngineOptions(values, log, activity.record, faults))
  try {
    log.info('opened', { dataDir, elapsedMs: Math.round(performance.now() - startedMs) })
    if (signals.received() !== null) return
    const services = parts.startServices(engine, values, log)
    try {
      await serveHttp(engine, faults, values, options, parts, surroundings)
    } finally {
      await services.close()
    }
  } finally {
    await engine.close()
    log.info('stopped')
  }
}

/** Null in any server that was not started to be hurt. */
function openFaults(values: ConfigValues, { isDev }: DaemonOptions, log: DaemonLog): FaultBoard | null {
  const isAsked = values['debug.fault-injection-enabled']
  if (isAsked) log.warn('FAULT INJECTION IS ON: an admin may make this server misbehave; not for data that matters')
  return isAsked || isDev ? new FaultBoard({ log, nowMs: Date.now, sleep }) : null
}

async function serveHttp(
  engine: Engine,
  faults: FaultBoard | null,
  values: ConfigValues,
  { version, isDev }: DaemonOptions,
  parts: DaemonParts,
  { log, activity, signals, configurationText, isBannerShown }: Surroundings,
): Promise<void> {
  const settings = { ...toHttpSettings(values, isDev), configurationText }
  const server = await parts.startHttpServer(engine, settings, log, activity, faults)
  try {
    activity.events.add('info', 'start', `server ${version} listens on ${server.url}`)
    log.info('listening', { url: server.url })
    const { 'http.auth-enabled': isAuthEnabled, 'data.dir': dataDir } = values
    if (isBannerShown) process.stderr.write(renderBanner({ version, url: server.url, dataDir, isDev, isAuthEnabled }))
    const signal = await signals.first
    log.info('stopping; a second signal stops at once', { signal })
  } finally {
    await server.close()
  }
}

function chooseFormat(format: ConfigValues['logging.format'], isTerminal: boolean): 'json' | 'pretty' {
  if (format !== 'auto') return format
  return isTerminal ? 'pretty' : 'json'
}

function withOwnDirectory(values: ConfigValues): ConfigValues {
  return { ...values, 'data.dir': mkdtempSync(join(tmpdir(), 'hyperbyte-dev-')) }
}

/** Messages should name a place that can be found, whatever the working directory was. */
function withAbsoluteDirectory(values: ConfigValues): ConfigValues {
  return { ...values, 'data.dir': resolve(values['data.dir']) }
}

/**
 * A bug that nobody caught: the state of the process is unknown, so it says so and ends; the log on disk is what the
 * next start trusts. SIGHUP reads the options of scope `reload` again.
 */
function listenForTrouble(log: DaemonLog, reloadConfig: () => Promise<LoadedConfig>): () => void {
  const crash = (error: unknown) => {
    log.error('uncaught error, ending', { error })
    process.exit(1)
  }
  const reload = async () => {
    try {
      const { values } = await reloadConfig()
      log.setLevel(values['logging.level'])
      log.info('configuration read again', { level: values['logging.level'] })
    } catch (error) {
      log.error('configuration not changed', { reason: (error as Error).message })
    }
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  process.on('SIGHUP', reload)
  return () => {
    process.off('uncaughtException', crash)
    process.off('unhandledRejection', crash)
    process.off('SIGHUP', reload)
  }
}
