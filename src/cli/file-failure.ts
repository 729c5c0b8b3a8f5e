/** What the system said about a file that a flag or argument names → the failure of a command: which file, why, what next. */

import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import type { ExitName } from './exit-codes.js'
import { OperationError } from './operation-error.js'

interface Reason {
  readonly exit: ExitName
  /** null: the system's own words. */
  readonly text: string | null
  readonly hint?: string
}

const REASONS: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['ENOENT', { exit: 'missing', text: 'there is no such file or directory' }],
  ['ENOTDIR', { exit: 'missing', text: 'a part of the path is a file' }],
  ['EISDIR', { exit: 'usage', text: 'it is a directory', hint: 'name a file' }],
  ['EEXIST', { exit: 'conflict', text: 'it exists', hint: 'name another file' }],
  ['EACCES', { exit: 'failed', text: 'this user may not do that' }],
  ['EPERM', { exit: 'failed', text: 'this user may not do that' }],
  ['ENOSPC', { exit: 'no-space', text: 'no space left on device' }],
  ['EDQUOT', { exit: 'no-space', text: 'the quota of this user is used up' }],
])

/** `verb`: read or write. */
export function fileFailure(verb: 'read' | 'write', path: string, cause: unknown): OperationError {
  const { code, message } = cause as NodeJS.ErrnoException
  const { exit, text, hint } = REASONS.get(code ?? '') ?? { exit: 'failed' as const, text: null, hint: undefined }
  const missingHint = verb === 'read' ? `does it exist? ls -ld ${path}` : `make its folder: mkdir -p ${dirname(path)}`
  const advice = hint ?? (exit === 'missing' ? missingHint : undefined)
  return new OperationError(`cannot ${verb} ${path}: ${text ?? message}`, {
    exit,
    ...(advice !== undefined && { hint: advice }),
    cause,
  })
}

/** Tells now what reading would find out after other work was done. */
export function checkReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK)
  } catch (cause) {
    throw fileFailure('read', path, cause)
  }
}
