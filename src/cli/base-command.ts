/** Commands that do something and end: with the flags that say how much is told meanwhile. */

import { Flags } from '@oclif/core'
import type { OperationSummary } from './operation-summary.js'
import { RootCommand } from './root-command.js'

const GROUP = 'GLOBAL'

export const talkFlags = {
  quiet: Flags.boolean({ char: 'q', helpGroup: GROUP, summary: 'Answers, warnings and failures only.' }),
  verbose: Flags.boolean({ char: 'v', helpGroup: GROUP, summary: 'Tell on stderr what is done; -vv also how.' }),
  'log-file': Flags.string({
    helpGroup: GROUP,
    helpValue: 'FILE',
    summary: 'Append what goes to stderr, and what -v would tell, to this file.',
  }),
  'trace-id': Flags.string({
    helpGroup: GROUP,
    helpValue: 'ID',
    summary: 'Mark of all requests in the log of the server; failures print it [default: a new one].',
  }),
  'no-color': Flags.boolean({ helpGroup: GROUP, summary: 'No colours, as with NO_COLOR.' }),
}

export abstract class BaseCommand extends RootCommand {
  static override baseFlags = talkFlags

  /** Tells how it ended; hands back what `run` returns. */
  protected conclude({ lines, document, exitCode }: OperationSummary): Record<string, unknown> {
    for (const line of lines) this.note(line)
    if (exitCode !== 0) process.exitCode = exitCode
    return document
  }
}
