/**
 * Every `code` that a failure has under `--json`, once: what it means, how the command ends, what to do. The tables that
 * lead to them are in `describe-failure.ts`; the compiler compares the two.
 */

import type { ClientErrorKind } from '../client/client-error.js'
import type { ErrorCode } from '../engine/index.js'
import type { BackupErrorKind } from '../operations/backup/backup-error.js'
import type { ExitName } from './exit-codes.js'

type FailureCode =
  | Exclude<ExitName, 'ok'>
  | ClientErrorKind
  | BackupErrorKind
  | ErrorCode
  | 'interrupted'
  | 'unknown-command'

export interface FailureText {
  readonly exit: ExitName | 127 | 130
  readonly meaning: string
  readonly next: string
}

const SAME_AGAIN = 'run the same command again later'

export const FAILURE_CODES = {
  usage: {
    exit: 'usage',
    meaning: 'a flag, an argument or the configuration is wrong',
    next: 'the last line is the nearest example; --help has all of them',
  },
  'unknown-command': { exit: 127, meaning: 'there is no such command', next: 'hyperbyte help' },
  unreachable: {
    exit: 'unreachable',
    meaning: 'no connection, no answer in time, or "not now"',
    next: 'hyperbyte ping --ready --wait 30s; more than one --host names others to try',
  },
  unavailable: {
    exit: 'unreachable',
    meaning: 'queues or memory are full, or the server starts or stops',
    next: SAME_AGAIN,
  },
  'no-leader': { exit: 'no-leader', meaning: 'no quorum or no leader', next: SAME_AGAIN },
  denied: {
    exit: 'denied',
    meaning: 'user, password or token are missing, wrong or not enough',
    next: '--username with HYPERBYTE_PASSWORD or --password-file; hyperbyte user grant',
  },
  forbidden: { exit: 'denied', meaning: 'the user may not do this', next: 'hyperbyte user grant' },
  missing: {
    exit: 'missing',
    meaning: 'a database, user, backup set, directory or file does not exist',
    next: 'hyperbyte db list; hyperbyte backup list',
  },
  'database-not-found': { exit: 'missing', meaning: 'there is no such database', next: 'hyperbyte db create NAME' },
  'retention-policy-not-found': { exit: 'missing', meaning: 'there is no such policy', next: 'hyperbyte db list' },
  conflict: {
    exit: 'conflict',
    meaning: 'the target exists, is not empty or is of another kind',
    next: 'another name; restore has --if-exists, config init --force',
  },
  'too-new': { exit: 'conflict', meaning: 'a newer version wrote it', next: 'that version, or a newer one' },
  unsupported: { exit: 'conflict', meaning: 'a newer version wrote it', next: 'that version, or a newer one' },
  mismatch: { exit: 'mismatch', meaning: 'a check answered "no"', next: 'what the check lists' },
  damaged: {
    exit: 'mismatch',
    meaning: 'bytes are not what was written',
    next: 'hyperbyte backup verify; another set',
  },
  corrupt: { exit: 'mismatch', meaning: 'bytes are not what was written', next: 'hyperbyte debug verify, debug wal' },
  locked: {
    exit: 'locked',
    meaning: 'another process holds the directory, the repository or the job',
    next: '--host in place of --data-dir; --wait-lock 10m for repositories',
  },
  'no-space': {
    exit: 'no-space',
    meaning: 'a disk is full, here or there',
    next: 'make room, run the same command again',
  },
  partial: {
    exit: 'partial',
    meaning: 'some of a write was refused',
    next: '--errors-file FILE keeps what was refused',
  },
  interrupted: { exit: 130, meaning: 'Ctrl-C (SIGTERM: 143); what was done is kept', next: 'the last line goes on' },
  rejected: {
    exit: 'failed',
    meaning: 'the server refuses, and would again',
    next: 'correct the statement or the lines',
  },
  invalid: { exit: 'failed', meaning: 'a statement or a line is wrong', next: 'correct the statement or the lines' },
  'body-too-large': { exit: 'failed', meaning: 'one request is too long', next: 'smaller --batch; http.max-body-size' },
  'query-timeout': {
    exit: 'failed',
    meaning: 'a query ran too long',
    next: 'a shorter time range; coordinator.query-timeout',
  },
  'query-interrupted': { exit: 'failed', meaning: 'somebody ended the query', next: SAME_AGAIN },
  'limit-exceeded': { exit: 'failed', meaning: 'above a limit of the configuration', next: 'hyperbyte config show' },
  unexpected: { exit: 'failed', meaning: 'something answers that is no time-series server', next: 'look at --host' },
  failed: { exit: 'failed', meaning: 'any other failure', next: 'the first line says what; -vv tells more' },
  internal: { exit: 'failed', meaning: 'a fault in the program', next: 'hyperbyte debug bundle, and a report' },
} as const satisfies Record<FailureCode, FailureText>
