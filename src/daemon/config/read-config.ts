/**
 * `loadConfig` with the world plugged in: which files exist, what the process was given, how big the machine is.
 */

import { readFileSync } from 'node:fs'
import { availableParallelism, homedir, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import {
  ConfigError,
  type ConfigFile,
  type LoadedConfig,
  type LoadedConnection,
  loadConfig,
  loadConnection,
  profileNames,
} from './load-config.js'
import type { ConfigKey, Machine } from './option-table.js'

export interface ReadConfigOptions {
  readonly flags: ReadonlyMap<ConfigKey, string>
  /** A file named by the user, which must exist; null = `./hyperbyte.toml` when there is one. */
  readonly configFile: string | null
  readonly profile: string | null
}

export function readConfig({ flags, configFile, profile }: ReadConfigOptions): LoadedConfig {
  return loadConfig({
    flags,
    environment: process.env,
    files: readConfigFiles(configFile),
    profile,
    machine: thisMachine(),
    readSecretFile: (path) => readFileSync(path, 'utf8'),
  })
}

/** What commands that talk to a server find besides their flags. */
export function readConnection({ configFile, profile }: Omit<ReadConfigOptions, 'flags'>): LoadedConnection {
  return loadConnection({
    flags: new Map(),
    environment: process.env,
    // The server's file may hold its secrets; who cannot read it has no connection in it either.
    files: readConfigFiles(configFile, { isUnreadableSkipped: true }),
    profile,
    machine: thisMachine(),
    readSecretFile: (path) => readFileSync(path, 'utf8'),
  })
}

/** Of all files that can be read, for completion; a file with faults has no profiles. */
export function readProfileNames(configFile: string | null): readonly string[] {
  const names = readConfigFiles(configFile, { isUnreadableSkipped: true }).flatMap((file) => profileNames(file))
  return [...new Set(names)].sort()
}

/** Explicit or local file, then the user's, then the system's. */
function readConfigFiles(configFile: string | null, { isUnreadableSkipped = false } = {}): ConfigFile[] {
  const files: ConfigFile[] = []
  if (configFile !== null) files.push({ path: configFile, text: readNamedFile(configFile) })
  const local = configFile === null ? [resolve('hyperbyte.toml')] : []
  for (const path of [...local, ...sharedPlaces(process.env)]) {
    const text = readIfExists(path, isUnreadableSkipped)
    if (text !== null) files.push({ path, text })
  }
  return files
}

/** The user's file, then the system's. */
export function sharedPlaces(environment: Readonly<Record<string, string | undefined>>): string[] {
  const home = environment['XDG_CONFIG_HOME'] || join(environment['HOME'] || homedir(), '.config')
  return [join(home, 'hyperbyte', 'config.toml'), '/etc/hyperbyte/hyperbyte.toml']
}

function readNamedFile(path: string): string {
  const text = readIfExists(path)
  if (text === null) throw new ConfigError([`there is no file ${path}`])
  return text
}

function readIfExists(path: string, isUnreadableSkipped = false): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    if (code === 'EACCES' && isUnreadableSkipped) return null
    throw new ConfigError([`cannot read ${path}: ${message}`])
  }
}

export function thisMachine(): Machine {
  // 0, or a number above the physical memory, means that the control group sets no limit.
  const limit = process.constrainedMemory()
  const memoryBytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  return { memoryBytes, cpuCount: availableParallelism() }
}
