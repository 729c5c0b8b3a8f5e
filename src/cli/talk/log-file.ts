/**
 * `--log-file`: what goes to stderr, once more in a file, each line with its time. The file grows from run to run; every
 * run begins with its command line, secrets left out. What only redraws a terminal is not kept.
 */

import { openSync, writeSync } from 'node:fs'
import { fileFailure } from '../file-failure.js'
import { hideSecrets } from './hide-secrets.js'

const REDRAWS = /[\r\u001b]/

export class LogFile {
  readonly #handle: number
  /** Of a line whose end has not come yet. */
  #rest = ''

  private constructor(handle: number) {
    this.#handle = handle
  }

  static open(path: string, commandLine: readonly string[]): LogFile {
    const file = new LogFile(openForAppending(path))
    file.add(`$ hyperbyte ${hideSecrets(commandLine).join(' ')}\n`)
    const { stderr } = process
    const write = stderr.write.bind(stderr) as (...args: unknown[]) => boolean
    stderr.write = (...args: unknown[]) => {
      file.add(String(args[0]))
      return write(...args)
    }
    return file
  }

  add(text: string): void {
    if (REDRAWS.test(text)) return
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    const time = new Date().toISOString()
    for (const line of lines) writeSync(this.#handle, `${time} ${line}\n`)
  }
}

/** For its owner alone: names of databases and users stand in it. */
function openForAppending(path: string): number {
  try {
    return openSync(path, 'a', 0o600)
  } catch (cause) {
    throw fileFailure('write', path, cause)
  }
}
