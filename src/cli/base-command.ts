/**
 * What every command shares: `--json` whose failures keep their exit codes, one shape of error message, and help that
 * ends with the exit codes. Answers go to stdout, everything else to stderr.
 */

import { Command, type Interfaces } from '@oclif/core'
import { describeFailure, type Failure } from './describe-failure.js'

export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  /** Commands with connection flags also take them from environment, profile and configuration files. */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse<F, B, A>(options, argv)
    const known = namesOfSingleFlags(options?.flags ?? {})
    if (known.has('host') && known.has('token-file')) {
      const [{ applyConnection }, { readConnection }] = await Promise.all([
        import('./apply-connection.js'),
        import('../daemon/config/read-config.js'),
      ])
      const { flags, metadata } = parsed as unknown as Interfaces.ParserOutput
      const isTyped = (name: string) => flags[name] !== undefined && metadata.flags[name]?.setFromDefault !== true
      const layer = readConnection({
        configFile: flags['config'] ?? process.env['HYPERBYTE_CONFIG'] ?? null,
        profile: flags['profile'] ?? null,
      })
      applyConnection({ flags, known, isTyped }, layer, process.env)
    }
    return parsed
  }

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

/** Where several may be named (`backup --database a --database b`), none is named for the user; servers are. */
function namesOfSingleFlags(flags: Interfaces.FlagInput): Set<string> {
  const names = Object.keys(flags)
  return new Set(
    names.filter((name) => name === 'host' || !('multiple' in flags[name] && flags[name].multiple === true)),
  )
}

function toErrorDocument({ code, message, hint, exit }: Failure) {
  return { code, message, hint, exit }
}

/** `this.exit(n)` is a way to end, not a failure. */
function isExit(error: Error): boolean {
  return (error as { code?: string }).code === 'EEXIT'
}
