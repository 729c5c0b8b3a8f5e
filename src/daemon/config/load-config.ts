/**
 * From flags, environment and files to checked values, each with its origin. Highest first: flag, `HYPERBYTE_…`
 * variable (`HYPERBYTEDB__SECTION__KEY` is read too), `HYPERBYTE_…_FILE` for secrets, `[profile.NAME.…]` tables, then the files in the order given. Everything is
 * read and checked before anything is refused: one error names every fault.
 */

import { parse as parseToml, TomlError } from 'smol-toml'
import { IGNORED_KEYS, isIgnoredKey, REFUSED_WHEN_ON } from './ignored-keys.js'
import { type ListenAddress, printListenAddress, type RawValue } from './option-parsers.js'
import {
  CONFIG_KEYS,
  CONNECTION_KEYS,
  type ConfigKey,
  type ConfigValues,
  type ConnectionKey,
  environmentName,
  type Machine,
  optionRow,
} from './option-table.js'
import { suggestName } from './suggest-name.js'

export interface ConfigFile {
  readonly path: string
  readonly text: string
}

export interface ConfigSources {
  /** Flags that were given, by the key of their option. */
  readonly flags: ReadonlyMap<ConfigKey, string>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Existing files, the one that wins first. */
  readonly files: readonly ConfigFile[]
  /** Name of the profile to apply, or null. */
  readonly profile: string | null
  readonly machine: Machine
  /** For `<ENV>_FILE`; throws when it cannot be read. */
  readonly readSecretFile: (path: string) => string
}

export type Origin =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly profile: string | null }
  | { readonly kind: 'default' }

export interface LoadedConfig {
  readonly values: ConfigValues
  readonly origins: Readonly<Record<ConfigKey, Origin>>
  readonly warnings: readonly string[]
}

/** Says everything that is wrong, one line each. */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.length === 1 ? `configuration: ${faults[0]}` : `configuration:\n  ${faults.join('\n  ')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

interface Candidate {
  readonly raw: RawValue
  readonly origin: Origin
  /** Where to look, for a message. */
  readonly where: string
}

interface Findings {
  readonly faults: string[]
  readonly warnings: string[]
}

export function loadConfig(sources: ConfigSources): LoadedConfig {
  const findings: Findings = { faults: [], warnings: [] }
  const loaded = resolveOptions(sources, CONFIG_KEYS, findings) as Omit<LoadedConfig, 'warnings'>
  checkTogether(loaded.values, loaded.origins, findings)
  if (findings.faults.length > 0) throw new ConfigError(findings.faults)
  return { ...loaded, warnings: findings.warnings }
}

export interface LoadedConnection {
  readonly values: Pick<ConfigValues, ConnectionKey>
  readonly origins: Readonly<Record<ConnectionKey, Origin>>
}

/** Only the options of commands that talk to a server: a fault elsewhere in the files is none of their business. */
export function loadConnection(sources: ConfigSources): LoadedConnection {
  const findings: Findings = { faults: [], warnings: [] }
  const loaded = resolveOptions(sources, CONNECTION_KEYS, findings)
  if (findings.faults.length > 0) throw new ConfigError(findings.faults)
  return loaded as LoadedConnection
}

/** Faults are looked for in the sections of the keys asked for. */
function resolveOptions(sources: ConfigSources, keys: readonly ConfigKey[], findings: Findings) {
  const layers = [
    readFlags(sources.flags),
    readEnvironment(sources, keys, findings),
    ...readFiles(sources, keys, findings),
  ]
  const values: Record<string, unknown> = {}
  const origins: Record<string, Origin> = {}
  for (const key of keys) {
    const row = optionRow(key)
    values[key] = row.default(sources.machine)
    origins[key] = { kind: 'default' }
    // Lower layers are checked as well: a fault in a file is one even when a flag hides it today.
    for (const layer of [...layers].reverse()) {
      const candidate = layer.get(key)
      if (candidate === undefined) continue
      const parsed = row.parser.parse(candidate.raw)
      if (parsed.kind === 'fault') {
        const shown = row.isSecret ? '' : ` ${JSON.stringify(String(candidate.raw))}`
        findings.faults.push(`${candidate.where}${shown} is not ${withArticle(parsed.expected)}`)
        continue
      }
      values[key] = parsed.value
      origins[key] = candidate.origin
    }
  }
  return { values, origins }
}

type Layer = ReadonlyMap<ConfigKey, Candidate>

function readFlags(flags: ReadonlyMap<ConfigKey, string>): Layer {
  const layer = new Map<ConfigKey, Candidate>()
  for (const [key, raw] of flags) {
    const name = `--${optionRow(key).flag ?? key}`
    layer.set(key, { raw, origin: { kind: 'flag', name }, where: name })
  }
  return layer
}

function readEnvironment(
  { environment, readSecretFile }: ConfigSources,
  keys: readonly ConfigKey[],
  { faults, warnings }: Findings,
): Layer {
  const layer = new Map<ConfigKey, Candidate>()
  const known = new Set<string>()
  for (const key of keys) {
    const name = environmentName(key)
    const fileName = `${name}_FILE`
    known.add(name)
    if (optionRow(key).isSecret) known.add(fileName)
    const names = [...(optionRow(key).environment ?? []), name, doubledName(key)]
    const used = names.find((each) => environment[each] !== undefined)
    if (used !== undefined) {
      layer.set(key, { raw: environment[used]!, origin: { kind: 'environment', name: used }, where: used })
      continue
    }
    if (!optionRow(key).isSecret) continue
    const secretPath = environment[fileName]
    if (secretPath === undefined) continue
    try {
      const secret = readSecretFile(secretPath).replace(/\r?\n$/, '')
      layer.set(key, { raw: secret, origin: { kind: 'environment', name: fileName }, where: fileName })
    } catch (error) {
      faults.push(`${fileName}: cannot read ${secretPath}: ${(error as Error).message}`)
    }
  }
  const sectionPrefix = new RegExp(`^HYPERBYTE_(${[...sectionsOf(keys)].join('|')})_`, 'i')
  const doubled = new Set(CONFIG_KEYS.map(doubledName))
  for (const name of Object.keys(environment)) {
    if (sectionPrefix.test(name) && !known.has(name)) faults.push(unknownName(name, [...known]))
    // That spelling also names options that only other servers have.
    if (name.startsWith('HYPERBYTEDB__') && !doubled.has(name)) warnings.push(`${name} has no meaning here; ignored`)
  }
  return layer
}

/** `http.bind-address` → `HYPERBYTEDB__HTTP__BIND_ADDRESS`. */
function doubledName(key: ConfigKey): string {
  const [section, name] = key.split('.')
  return `HYPERBYTEDB__${section}__${name}`.replaceAll('-', '_').toUpperCase()
}

function sectionsOf(keys: readonly ConfigKey[]): Set<string> {
  return new Set(keys.map((key) => key.split('.')[0]))
}

/** Profile tables of all files come before the plain keys of any. */
function readFiles({ files, profile }: ConfigSources, keys: readonly ConfigKey[], findings: Findings): Layer[] {
  const isEverything = keys.length === CONFIG_KEYS.length
  const sections = sectionsOf(keys)
  const profileLayers: Layer[] = []
  const plainLayers: Layer[] = []
  let isProfileFound = profile === null
  for (const file of files) {
    const { profile: profiles, ...plain } = parseFile(file, findings)
    const asked = (table: Record<string, unknown>) => (isEverything ? table : pick(table, sections))
    plainLayers.push(readTable(asked(plain), { path: file.path, profile: null }, findings))
    for (const [name, table] of Object.entries(isTable(profiles) ? profiles : {})) {
      if (!isTable(table)) {
        findings.faults.push(`${file.path}: profile.${name} is not a table`)
        continue
      }
      const layer = readTable(asked(table), { path: file.path, profile: name }, findings)
      if (name !== profile) continue
      profileLayers.push(layer)
      isProfileFound = true
    }
  }
  if (!isProfileFound) findings.faults.push(`no file has a table [profile.${profile}]`)
  return [...profileLayers, ...plainLayers]
}

/** Names of the tables [profile.NAME]; none when the file is no TOML. */
export function profileNames(file: ConfigFile): readonly string[] {
  const { profile } = parseFile(file, { faults: [], warnings: [] })
  return isTable(profile) ? Object.keys(profile) : []
}

function pick(table: Record<string, unknown>, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).filter(([name]) => names.has(name)))
}

function parseFile(file: ConfigFile, { faults }: Findings): Record<string, unknown> {
  try {
    return parseToml(file.text, { integersAsBigInt: 'asNeeded' })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = error.message.split('\n')[0].replace('Invalid TOML document: ', '')
    faults.push(`${file.path}:${error.line}:${error.column}: ${reason}`)
    return {}
  }
}

function readTable(
  table: Record<string, unknown>,
  { path, profile }: { readonly path: string; readonly profile: string | null },
  { faults, warnings }: Findings,
): Layer {
  const layer = new Map<ConfigKey, Candidate>()
  const place = profile === null ? path : `${path} [profile.${profile}]`
  for (const [key, raw] of flattenTable(table)) {
    const where = `${place}: ${key}`
    if (isConfigKey(key)) {
      if (isRawValue(raw)) layer.set(key, { raw, origin: { kind: 'file', path, profile }, where })
      else faults.push(`${where} is not a single value`)
    } else if (REFUSED_WHEN_ON.has(key)) {
      if (raw !== false) faults.push(`${where}: ${REFUSED_WHEN_ON.get(key)}`)
    } else if (isIgnoredKey(key)) {
      warnings.push(`${where} is a key of InfluxDB without meaning here; ignored`)
    } else {
      faults.push(`${place}: ${unknownName(key, [...CONFIG_KEYS, ...IGNORED_KEYS])}`)
    }
  }
  return layer
}

/** `{http: {"bind-address": x}}` → `["http.bind-address", x]`. Lists of tables, as InfluxDB has for inputs, are one value. */
function* flattenTable(table: Record<string, unknown>, prefix = ''): Generator<[key: string, raw: unknown]> {
  for (const [name, raw] of Object.entries(table)) {
    if (isTable(raw)) yield* flattenTable(raw, `${prefix}${name}.`)
    else yield [`${prefix}${name}`, raw]
  }
}

/** Rules between options. */
function checkTogether(values: ConfigValues, origins: Record<ConfigKey, Origin>, { faults }: Findings): void {
  const address = values['http.bind-address']
  if (!isLoopback(address.host) && !values['http.auth-enabled'] && !values['http.insecure']) {
    faults.push(
      `http.bind-address ${printListenAddress(address)} can be reached from other machines while http.auth-enabled is false; ` +
        'switch authentication on, or say --insecure (http.insecure = true) when the network itself keeps strangers out',
    )
  }
  const secret = values['http.shared-secret']
  if (secret !== '' && Buffer.byteLength(secret) < 32) faults.push('http.shared-secret is shorter than 32 bytes')
  const memoryMax = values['data.cache-max-memory-size']
  const isFlushTooLate = values['data.cache-snapshot-memory-size'] > memoryMax / 2
  const isChosen = origins['data.cache-snapshot-memory-size'].kind !== 'default'
  // While one half is being flushed the other takes the writes.
  if (isFlushTooLate && isChosen) {
    faults.push('data.cache-snapshot-memory-size is more than half of data.cache-max-memory-size')
  } else if (isFlushTooLate) {
    Object.assign(values, { 'data.cache-snapshot-memory-size': Math.floor(memoryMax / 2) })
  }
}

export function isLoopback(host: ListenAddress['host']): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function unknownName(name: string, known: readonly string[]): string {
  const suggestion = suggestName(name, known)
  return `unknown option ${name}` + (suggestion === null ? '' : `; did you mean ${suggestion}?`)
}

function withArticle(expected: string): string {
  return /^(a |one |true|text|HOST)/.test(expected) ? expected : `a ${expected}`
}

function isConfigKey(key: string): key is ConfigKey {
  return (CONFIG_KEYS as readonly string[]).includes(key)
}

function isTable(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !(raw instanceof Date)
}

function isRawValue(raw: unknown): raw is RawValue {
  return typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'bigint' || typeof raw === 'boolean'
}
