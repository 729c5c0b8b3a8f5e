/** Commands that destroy say what they would do, and do it with `--yes` or after a yes on a terminal. */

import { createInterface } from 'node:readline/promises'
import { Flags } from '@oclif/core'
import { askLine } from './ask-line.js'
import { OperationError } from './operation-error.js'

export const yesFlag = {
  yes: Flags.boolean({ char: 'y', summary: 'Do it without asking.' }),
}

/** Returns when it may be done. `what` reads like `drop database "x" with 3 measurements`. */
export async function confirmDestruction(what: string, isAgreed: boolean): Promise<void> {
  if (isAgreed) return
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw new OperationError(`would ${what}`, { exit: 'usage', hint: 'add --yes to do it' })
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await askLine(terminal, `${what}? [y/N] `)
    if (/^y(es)?$/i.test(answer.trim())) return
  } finally {
    terminal.close()
  }
  throw new OperationError('nothing was done', { exit: 'failed' })
}
