/**
 * A failure as a command reports it: what failed, where and why in `message`, what to do next in `hint`, and the exit
 * code it leads to. Commands throw it; everything else that can be thrown is translated in `describe-failure.ts`.
 */

import type { ExitName } from './exit-codes.js'

export interface OperationErrorOptions {
  readonly exit: ExitName
  /** One sentence or a command to copy. */
  readonly hint?: string
  readonly cause?: unknown
}

export class OperationError extends Error {
  readonly exit: ExitName
  readonly hint: string | null

  constructor(message: string, { exit, hint, cause }: OperationErrorOptions) {
    super(message, { cause })
    this.name = 'OperationError'
    this.exit = exit
    this.hint = hint ?? null
  }
}
