/**
 * The flags of every command that talks to a server, and what they mean together. Secrets come from a file, from the
 * environment or, with a warning, from the command line.
 */

import { readFileSync } from 'node:fs'
import { Flags } from '@oclif/core'
import type { ClientOptions, Credentials } from '../client/http-client.js'
import { fileFailure } from './file-failure.js'
import { OperationError } from './operation-error.js'
import { parseDurationFlag } from './parse-duration-flag.js'

const LOCAL = 'http://127.0.0.1'
const HOST_DEFAULT = `${LOCAL}:8086`
const GROUP = 'CONNECTION'

/** `aliases`: where `--to` is the word. */
export function hostFlag(aliases: string[]) {
  return Flags.string({
    char: 'H',
    aliases,
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: GROUP,
    helpValue: 'URL',
    summary: `Server address [default: ${HOST_DEFAULT}] [env: HYPERBYTE_HOST]; repeat it to name others to try when one cannot be reached.`,
  })
}

export const serverFlags = {
  host: hostFlag([]),
  port: Flags.integer({ hidden: true, min: 1, max: 65_535, summary: 'Port, when the host has none.' }),
  profile: Flags.string({
    env: 'HYPERBYTE_PROFILE',
    helpGroup: GROUP,
    helpValue: 'NAME',
    summary: 'Take what is not given here from [profile.NAME.connection] of the configuration.',
  }),
  username: Flags.string({
    char: 'u',
    helpGroup: GROUP,
    helpValue: 'NAME',
    summary: 'User name [env: HYPERBYTE_USERNAME].',
  }),
  password: Flags.string({ hidden: true, summary: 'Password; visible to everyone on this machine.' }),
  'password-file': Flags.string({
    helpGroup: GROUP,
    helpValue: 'FILE',
    summary: 'File with the password [env: HYPERBYTE_PASSWORD_FILE, or the password in HYPERBYTE_PASSWORD].',
  }),
  'token-file': Flags.string({
    helpGroup: GROUP,
    helpValue: 'FILE',
    summary: 'File with a bearer token [env: HYPERBYTE_TOKEN_FILE, or the token in HYPERBYTE_TOKEN].',
  }),
  timeout: Flags.custom<number>({ parse: parseDurationFlag })({
    default: 30_000,
    defaultHelp: async () => '30s',
    helpGroup: GROUP,
    helpValue: 'DURATION',
    summary: 'Longest wait for the server.',
  }),
  'ca-file': Flags.string({ helpGroup: GROUP, helpValue: 'FILE', summary: 'PEM file of the authority to trust.' }),
  insecure: Flags.boolean({ helpGroup: GROUP, summary: "Do not check the server's certificate." }),
  'unix-socket': Flags.string({ helpGroup: GROUP, helpValue: 'PATH', summary: 'Connect through this socket.' }),
}

/** For commands that read or write a database. */
export const databaseFlags = {
  database: Flags.string({
    char: 'd',
    helpGroup: GROUP,
    helpValue: 'NAME',
    summary: 'Database [env: HYPERBYTE_DATABASE].',
  }),
  rp: Flags.string({ helpGroup: GROUP, helpValue: 'NAME', summary: "Retention policy [default: the database's]." }),
}

export interface ServerFlagValues {
  readonly host?: readonly string[]
  readonly port?: number
  readonly username?: string
  readonly password?: string
  readonly 'password-file'?: string
  readonly 'token-file'?: string
  readonly timeout: number
  readonly 'ca-file'?: string
  readonly insecure: boolean
  readonly 'unix-socket'?: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** `warn` is told about habits that give a secret away. */
export function toClientOptions(
  flags: ServerFlagValues,
  environment: Environment,
  warn: (text: string) => void,
): ClientOptions {
  const named = flags.host ?? listOf(environment['HYPERBYTE_HOST'] ?? environment['INFLUX_HOST'])
  const hosts = named.length === 0 ? [LOCAL] : named
  if (flags.password !== undefined) {
    warn(
      'a password on the command line can be read by others on this machine; use HYPERBYTE_PASSWORD or --password-file',
    )
  }
  return {
    hosts: hosts.map((host) => toBaseUrl(host, flags.port ?? null)),
    credentials: readCredentials(flags, environment),
    timeoutMs: flags.timeout,
    authorityPem: flags['ca-file'] === undefined ? null : readNamedFile(flags['ca-file']),
    isCertificateChecked: !flags.insecure,
    unixSocket: flags['unix-socket'] ?? null,
  }
}

/** `db1`, `db1:8086`, `http://db1:8086/` → `http://db1:8086`. */
export function toBaseUrl(host: string, port: number | null): string {
  let url: URL
  try {
    url = new URL(/^https?:\/\//.test(host) ? host : `http://${host}`)
  } catch {
    throw new OperationError(`--host ${host} is no address`, {
      exit: 'usage',
      hint: `for example --host ${HOST_DEFAULT}`,
    })
  }
  const isPortNamed = url.port !== '' || /:(80|443)(\/|$)/.test(host)
  if (!isPortNamed) url.port = String(port ?? (url.protocol === 'https:' ? 443 : 8086))
  return url.origin + url.pathname.replace(/\/+$/, '')
}

function readCredentials(flags: ServerFlagValues, environment: Environment): Credentials {
  const token = readSecret(flags['token-file'], environment['HYPERBYTE_TOKEN'])
  if (token !== null) return { kind: 'token', token }
  const username = flags.username ?? environment['INFLUX_USERNAME'] ?? ''
  if (username === '') return { kind: 'none' }
  const password =
    flags.password ??
    readSecret(flags['password-file'], environment['HYPERBYTE_PASSWORD'] ?? environment['INFLUX_PASSWORD'])
  return { kind: 'password', username, password: password ?? '' }
}

function readSecret(file: string | undefined, fromEnvironment: string | undefined): string | null {
  return file === undefined ? (fromEnvironment ?? null) : readNamedFile(file).replace(/\r?\n$/, '')
}

export function readNamedFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw fileFailure('read', path, cause)
  }
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [value]
}
