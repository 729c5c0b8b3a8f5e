/**
 * What every command shares: `--json` whose failures keep their exit codes, one shape of error message, and help that
 * ends with the exit codes. Answers go to stdout, everything else to stderr.
 */

import { Command } from '@oclif/core'
import { describeFailure, type Failure } from './describe-failure.js'

export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  /** oclif would end every failure under `--json` with 1; the code of the failure is what scripts are promised. */
  protected override async catch(error: Error): Promise<void> {
    if (isExit(error)) throw error
    const failure = describeFailure(error)
    process.exitCode = failure.exit
    if (this.jsonEnabled()) {
      this.logJson({ error: toErrorDocument(failure) })
      return
    }
    // oclif prints its own errors with the usage of the command, and a bug is worth its stack trace.
    const isPrintedHere = failure.isExpected && !('oclif' in error)
    if (!isPrintedHere) throw error
    process.stderr.write(`hyperbyte: ${failure.message}\n${failure.hint === null ? '' : `  hint: ${failure.hint}\n`}`)
    this.exit(failure.exit)
  }

  /** Progress, warnings, anything that is not the answer. Silent under `--json` only when the answer says it too. */
  protected note(message: string): void {
    process.stderr.write(message + '\n')
  }
}

function toErrorDocument({ code, message, hint, exit }: Failure) {
  return { code, message, hint, exit }
}

/** `this.exit(n)` is a way to end, not a failure. */
function isExit(error: Error): boolean {
  return (error as { code?: string }).code === 'EEXIT'
}
