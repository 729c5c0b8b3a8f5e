/**
 * What the environment, the chosen profile and the configuration files say about the connection, put in the place of
 * flags that were not given. Happens once, where flags are parsed, so that a command sees one set of values.
 */

import type { Origin } from '../daemon/config/load-config.js'
import { CONNECTION_KEYS, type ConnectionKey } from '../daemon/config/option-table.js'

export interface ConnectionLayer {
  readonly values: Readonly<Record<ConnectionKey, unknown>>
  readonly origins: Readonly<Record<ConnectionKey, Origin>>
}

interface ParsedFlags {
  /** Changed in place. */
  readonly flags: Record<string, unknown>
  /** The flags that the command has. */
  readonly known: ReadonlySet<string>
  /** Those that the user typed. */
  readonly isTyped: (name: string) => boolean
}

type Environment = Readonly<Record<string, string | undefined>>

export function applyConnection(
  { flags, known, isTyped }: ParsedFlags,
  { values, origins }: ConnectionLayer,
  environment: Environment,
): void {
  const isPasswordSet = ['password', 'password-file'].some(isTyped) || isAnySet(environment, PASSWORDS)
  const isUserSet = isTyped('username') || isPasswordSet
  for (const key of CONNECTION_KEYS) {
    const name = key.slice('connection.'.length)
    const isGiven = origins[key].kind !== 'default' && values[key] !== ''
    if (!known.has(name) || isTyped(name) || !isGiven) continue
    const isFromFile = origins[key].kind === 'file'
    // A secret that somebody named now is meant rather than one that lies in a file.
    if (name === 'password-file' && isFromFile && isPasswordSet) continue
    if (name === 'token-file' && isFromFile && (isUserSet || isAnySet(environment, ['HYPERBYTE_TOKEN']))) continue
    flags[name] = name === 'host' ? [values[key]] : values[key]
  }
}

const PASSWORDS = ['HYPERBYTE_PASSWORD', 'INFLUX_PASSWORD']

function isAnySet(environment: Environment, names: readonly string[]): boolean {
  return names.some((name) => (environment[name] ?? '') !== '')
}
