/** Hook: a command that does not exist ends with the shell's 127 and the nearest command that does. */

import type { Hook } from '@oclif/core'
import { suggestName } from '../daemon/config/suggest-name.js'

const hook: Hook.CommandNotFound = async ({ id, config }) => {
  const typed = id.replaceAll(':', config.topicSeparator)
  const known = config.commands.filter((command) => !command.hidden).map((command) => command.id.replaceAll(':', ' '))
  const suggestion = suggestName(typed, known)
  const next = suggestion === null ? `${config.bin} help` : `${config.bin} ${suggestion}`
  process.stderr.write(`hyperbyte: there is no command "${typed}"\n  hint: ${next}\n`)
  process.exit(127)
}

export default hook
