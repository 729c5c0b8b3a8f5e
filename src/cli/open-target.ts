/**
 * The flags of commands that work on a running server (`--host`) or, while the server is stopped, on its data directory
 * (`--data-dir`), and the target they name: opened, handed to the command, closed whatever happens.
 *
 *   static override flags = { ...targetFlags, ...databaseFlags, … }
 *   return await withTarget(flags, (target) => …)
 */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import type { Target } from '../client/target.js'
import type { DirectoryTarget } from '../daemon/directory-target.js'
import type { EngineLog, EngineOptions } from '../engine/index.js'
import { type ServerFlagValues, serverFlags } from './connection-flags.js'
import { openClient } from './open-client.js'
import { OperationError } from './operation-error.js'

/** The flags of a server and, in their place, `--data-dir`. */
export const targetFlags = {
  ...serverFlags,
  'data-dir': Flags.string({
    helpGroup: 'CONNECTION',
    helpValue: 'DIR',
    exclusive: ['host', 'unix-socket'],
    summary: 'Work on this data directory itself instead, while its server is stopped.',
  }),
}

export interface TargetFlagValues extends ServerFlagValues {
  readonly 'data-dir'?: string
}

export interface OpenDirectoryOptions {
  /** Make the directory when there is none; else a missing one ends the command with 6. */
  readonly isCreated: boolean
  /** Settings of the engine that differ from the configuration's. */
  readonly engine?: Partial<EngineOptions>
}

/**
 * For bulk work that begins anew when it is cut off, and calls `target.flush()` before it says that it is done: without a
 * log it writes half as many bytes.
 */
export const BULK: OpenDirectoryOptions = { isCreated: true, engine: { durability: 'none' } }

/** Each has memory of its own. */
const WRITER_THREADS_MAX = 4

const EXISTING: OpenDirectoryOptions = { isCreated: false }

/** The server or the directory that the flags name; the caller closes it. A directory that a server holds is `locked`. */
export async function openTarget(flags: TargetFlagValues, options: OpenDirectoryOptions = EXISTING): Promise<Target> {
  const dataDir = flags['data-dir']
  return dataDir === undefined ? await openClient(flags) : await openDirectory(dataDir, options)
}

/** Runs with the target and closes it. */
export async function withTarget<T>(
  flags: TargetFlagValues,
  run: (target: Target) => Promise<T>,
  options: OpenDirectoryOptions = EXISTING,
): Promise<T> {
  return await closing(await openTarget(flags, options), run)
}

/** As `withTarget`, for what needs the engine itself (`target.engine`). */
export async function withDirectory<T>(
  dataDir: string,
  run: (target: DirectoryTarget) => Promise<T>,
  options: OpenDirectoryOptions = EXISTING,
): Promise<T> {
  return await closing(await openDirectory(dataDir, options), run)
}

async function closing<S extends Target, T>(target: S, run: (target: S) => Promise<T>): Promise<T> {
  try {
    return await run(target)
  } finally {
    await target.close()
  }
}

/** Loads the engine only here. */
async function openDirectory(dataDir: string, { isCreated, engine }: OpenDirectoryOptions): Promise<DirectoryTarget> {
  if (!isCreated && !existsSync(join(dataDir, 'meta'))) {
    throw new OperationError(`${dataDir} is no data directory`, {
      exit: 'missing',
      hint: 'name the directory that `hyperbyte serve --data-dir` uses',
    })
  }
  const { DirectoryTarget } = await import('../daemon/directory-target.js')
  return await DirectoryTarget.open({ ...(await engineOptionsFor(dataDir)), ...engine })
}

/** As the server would open it: limits and sizes from configuration files and environment. */
async function engineOptionsFor(dataDir: string): Promise<EngineOptions> {
  const { readConfig } = await import('../daemon/config/read-config.js')
  const { toEngineOptions } = await import('../daemon/engine-options.js')
  const flags = new Map([['data.dir', resolve(dataDir)] as const])
  const { values } = readConfig({ flags, configFile: null, profile: process.env['HYPERBYTE_PROFILE'] ?? null })
  // Nobody else writes to it meanwhile: at the end of bulk work only the last flush is under way.
  const writerThreads = Math.min(WRITER_THREADS_MAX, values['duckdb.threads'])
  return { ...toEngineOptions(values, STDERR_LOG), writerThreads }
}

/** Trouble only: what goes as it should is the command's to tell. */
const STDERR_LOG: EngineLog = {
  info: () => {},
  warn: (message, fields) => logToStderr('warning', message, fields),
  error: (message, fields) => logToStderr('error', message, fields),
}

function logToStderr(level: string, message: string, fields: Record<string, unknown> = {}): void {
  const details = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${value instanceof Error ? value.message : value}`,
  )
  process.stderr.write(`${level}: ${message}${details.join('')}\n`)
}
