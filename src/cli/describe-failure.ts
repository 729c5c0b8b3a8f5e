/**
 * Everything a command can throw, as one shape: exit code, a code for scripts, a message and a hint. oclif's own errors
 * (unknown flag, missing argument) keep their texts and their exit codes.
 */

import { ClientError, type ClientErrorKind } from '../client/client-error.js'
import type { ErrorCode } from '../engine/index.js'
import { BackupError, type BackupErrorKind } from '../operations/backup/backup-error.js'
import { Interruption } from '../operations/interruption.js'
import { type ExitName, exitCode } from './exit-codes.js'
import { OperationError } from './operation-error.js'

export interface Failure {
  readonly exit: number
  readonly code: string
  readonly message: string
  readonly hint: string | null
  /** Worth no stack trace: we know what it is. */
  readonly isExpected: boolean
}

const EXIT_OF_CLIENT_ERROR = {
  unreachable: 'unreachable',
  denied: 'denied',
  missing: 'missing',
  rejected: 'failed',
  partial: 'partial',
  conflict: 'conflict',
  'no-space': 'no-space',
  unexpected: 'failed',
} as const satisfies Record<ClientErrorKind, ExitName>

const EXIT_OF_BACKUP_ERROR = {
  missing: 'missing',
  damaged: 'mismatch',
  conflict: 'conflict',
  locked: 'locked',
  'too-new': 'conflict',
  usage: 'usage',
} as const satisfies Record<BackupErrorKind, ExitName>

const EXIT_OF_ENGINE_ERROR = {
  invalid: 'failed',
  'database-not-found': 'missing',
  'retention-policy-not-found': 'missing',
  conflict: 'conflict',
  forbidden: 'denied',
  'body-too-large': 'failed',
  'query-timeout': 'failed',
  'query-interrupted': 'failed',
  'limit-exceeded': 'failed',
  unavailable: 'unreachable',
  'no-space': 'no-space',
  corrupt: 'mismatch',
  locked: 'locked',
  unsupported: 'conflict',
  internal: 'failed',
} as const satisfies Record<ErrorCode, ExitName>

const HINT_OF_MISSING_DATABASE =
  'hyperbyte db list shows what there is, hyperbyte db create NAME makes one (with the same --host or --data-dir)'

const HINT_OF_ENGINE_ERROR: Partial<Record<ErrorCode, string>> = {
  'database-not-found': HINT_OF_MISSING_DATABASE,
  unsupported: 'use the version of hyperbyte that wrote it, or a newer one',
}

function hintOfClientError({ kind, host, hint, message }: ClientError): string | null {
  if (hint !== null) return hint
  if (/^database not found: /.test(message)) return HINT_OF_MISSING_DATABASE
  if (message === 'database name required') return 'add --database NAME; hyperbyte db list shows what there is'
  if (kind === 'unreachable') return `is the server running? hyperbyte ping --host ${host ?? 'URL'} --ready --wait 30s`
  return null
}

/** What to do next where the failure itself has no better advice. The ends that are no failures need none. */
const NEXT = {
  missing: 'look what there is: hyperbyte db list, hyperbyte backup list, ls',
  conflict: 'name another target, or see what the command offers for one that exists: hyperbyte help errors',
  denied: 'give --username and HYPERBYTE_PASSWORD or --password-file',
  locked: 'stop the process that holds it, or ask the server itself with --host in place of --data-dir',
  'no-space': 'make room there, then run the same command again',
} as const satisfies Partial<Record<ExitName, string>>

const NEXT_OF_ALL = 'hyperbyte help errors'

/** What the operating system refuses; its message names the address or the path. */
const SYSTEM_ERRORS: ReadonlyMap<string, { readonly exit: ExitName; readonly hint: string | null }> = new Map([
  ['EADDRINUSE', { exit: 'failed', hint: 'another program listens there; choose another address with --bind' }],
  ['EADDRNOTAVAIL', { exit: 'failed', hint: 'this machine does not have that address; choose another with --bind' }],
  ['EACCES', { exit: 'failed', hint: 'this user may not do that' }],
  ['EPERM', { exit: 'failed', hint: 'this user may not do that' }],
  ['EROFS', { exit: 'failed', hint: null }],
  ['ENOSPC', { exit: 'no-space', hint: null }],
  ['EDQUOT', { exit: 'no-space', hint: null }],
])

export function describeFailure(error: unknown): Failure {
  if (error instanceof OperationError) {
    return expected(error.exit, error.exit, error.message, error.hint)
  }
  if (error instanceof Interruption) {
    const hint = error.resume === null ? null : `to go on: ${error.resume}`
    const exit = error.signal === 'SIGINT' ? 130 : 143
    return { exit, code: 'interrupted', message: error.message, hint, isExpected: true }
  }
  if (error instanceof ClientError) {
    return expected(EXIT_OF_CLIENT_ERROR[error.kind], error.kind, error.message, hintOfClientError(error))
  }
  if (error instanceof BackupError) {
    return expected(EXIT_OF_BACKUP_ERROR[error.kind], error.kind, error.message, error.hint)
  }
  if (isNamed(error, 'HyperbyteError')) {
    const { code, message } = error as Error & { code: ErrorCode }
    return expected(EXIT_OF_ENGINE_ERROR[code], code, message, HINT_OF_ENGINE_ERROR[code] ?? null)
  }
  if (isNamed(error, 'ConfigError')) {
    return expected('usage', 'usage', error.message, 'hyperbyte config show --defaults lists every option')
  }
  const system = SYSTEM_ERRORS.get((error as NodeJS.ErrnoException).code ?? '')
  if (system !== undefined) return expected(system.exit, system.exit, (error as Error).message, system.hint)
  const { message, oclif } = error as { message?: string; oclif?: { exit?: number | false } }
  const isOclifError = typeof oclif?.exit === 'number'
  return {
    exit: isOclifError ? (oclif.exit as number) : exitCode('failed'),
    code: isOclifError && oclif.exit === exitCode('usage') ? 'usage' : 'internal',
    message: message ?? String(error),
    hint: null,
    isExpected: isOclifError,
  }
}

function expected(exit: ExitName, code: string, message: string, hint: string | null): Failure {
  return { exit: exitCode(exit), code, message, hint: hint ?? nextAfter(exit), isExpected: true }
}

/** null for usage errors: the command that was called knows an example. */
function nextAfter(exit: ExitName): string | null {
  if (exit === 'usage') return null
  return (NEXT as Partial<Record<ExitName, string>>)[exit] ?? NEXT_OF_ALL
}

/** By name: commands that never open an engine or read a configuration need not load either to recognise its errors. */
function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name
}
