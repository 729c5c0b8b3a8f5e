/**
 * A question on a terminal. Ctrl-C and Ctrl-D are answers too: readline would never settle, the process would run out of
 * work, and the command end with 0 as if all had been done.
 */

import type { Interface } from 'node:readline/promises'
import { Interruption } from '../operations/interruption.js'
import { OperationError } from './operation-error.js'

/** The caller closes the terminal. */
export async function askLine(terminal: Interface, question: string): Promise<string> {
  const silence = new Promise<never>((_, reject) => {
    terminal.once('SIGINT', () => reject(new Interruption('SIGINT')))
    terminal.once('close', () => reject(new OperationError('there was no answer', { exit: 'failed' })))
  })
  return await Promise.race([terminal.question(question), silence])
}
