/** Hook: a command that does not exist ends with the shell's 127 and the nearest command that does. */

import type { Hook } from '@oclif/core'
import { suggestName } from '../daemon/config/suggest-name.js'

const UNKNOWN_COMMAND = 127

const hook: Hook.CommandNotFound = async ({ id, argv = [], config }) => {
  const typed = id.replaceAll(':', config.topicSeparator)
  const known = config.commands.filter((command) => !command.hidden).map((command) => command.id.replaceAll(':', ' '))
  const { message, hint } = explainUnknownCommand(typed, known)
  if (argv.includes('--json')) {
    const error = { code: 'unknown-command', message, hint, exit: UNKNOWN_COMMAND, trace: null }
    process.stdout.write(`${JSON.stringify({ schema: 'hyperbyte.error/1', error }, null, 2)}\n`)
  } else process.stderr.write(`hyperbyte: ${message}\n  hint: ${hint}\n`)
  process.exit(UNKNOWN_COMMAND)
}

/** `known`: `backup list`, and so on. */
export function explainUnknownCommand(typed: string, known: readonly string[]): { message: string; hint: string } {
  if (typed.startsWith('-')) {
    return { message: `${typed} stands before the command`, hint: `flags follow it: hyperbyte COMMAND ${typed}` }
  }
  const near = suggestName(typed, known)
  if (near !== null) {
    return { message: `there is no command "${typed}"; did you mean "${near}"?`, hint: `hyperbyte ${near} --help` }
  }
  const words = typed.split(' ')
  // A command that takes no argument swallows none: `ping db1` is looked for as a command.
  const begun = words.map((_, index) => words.slice(0, index).join(' ')).findLast((name) => known.includes(name))
  if (begun === undefined) return { message: `there is no command "${typed}"`, hint: 'hyperbyte help' }
  const spare = typed.slice(begun.length + 1)
  return { message: `"${begun}" has no argument or command "${spare}"`, hint: `hyperbyte ${begun} --help` }
}

export default hook
