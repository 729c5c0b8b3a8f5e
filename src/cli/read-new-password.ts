/** A password for a new or changed user: from stdin, from a file, or typed twice without being shown. */

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Flags } from '@oclif/core'
import { askLine } from './ask-line.js'
import { readNamedFile } from './connection-flags.js'
import { OperationError } from './operation-error.js'
import { readWholeFile } from './read-input.js'

export const newPasswordFlags = {
  'password-stdin': Flags.boolean({
    exclusive: ['new-password-file'],
    summary: "Read the user's password from stdin.",
  }),
  'new-password-file': Flags.string({ helpValue: 'FILE', summary: "Read the user's password from a file." }),
}

export async function readNewPassword(flags: {
  readonly 'password-stdin': boolean
  readonly 'new-password-file'?: string
}): Promise<string> {
  const file = flags['new-password-file']
  if (file !== undefined) return withoutLineEnd(readNamedFile(file))
  if (flags['password-stdin']) return withoutLineEnd(await readWholeFile('-'))
  if (process.stdin.isTTY !== true) {
    throw new OperationError('no password given', {
      exit: 'usage',
      hint: 'add --password-stdin or --new-password-file FILE',
    })
  }
  const password = await askHidden('password: ')
  if ((await askHidden('again: ')) === password) return password
  throw new OperationError('the two passwords differ', { exit: 'usage' })
}

/** Asks on stderr; what is typed is not shown. */
export async function askHidden(question: string): Promise<string> {
  const silent = new Writable({ write: (_piece, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  process.stderr.write(question)
  try {
    return await askLine(terminal, '')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}
