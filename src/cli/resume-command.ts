/**
 * The command that goes on where one was stopped: the one that was typed, quoted for a shell, without its secrets and
 * without what should not happen twice.
 */

import { withoutCredentials } from './talk/hide-secrets.js'

export interface ResumeChanges {
  /** Words that it needs when they were not typed. */
  readonly add?: readonly string[]
  /** Flags with a value that it must not have. */
  readonly drop?: readonly string[]
}

const SECRETS = ['--password', '-password']

/** `args` without node and script. */
export function resumeCommand(args: readonly string[], { add = [], drop = [] }: ResumeChanges = {}): string {
  const dropped = new Set([...SECRETS, ...drop])
  const words: string[] = []
  for (let i = 0; i < args.length; i++) {
    if (dropped.has(args[i])) i++
    else if (!dropped.has(args[i].split('=', 1)[0])) words.push(args[i])
  }
  const missing = add.filter((word) => !words.includes(word))
  return ['hyperbyte', ...words.map(withoutCredentials), ...missing].map(quoteForShell).join(' ')
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
