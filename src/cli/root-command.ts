/**
 * What every command shares: `--json` whose failures keep their exit codes, and one shape of error message. Answers go to
 * stdout, everything else to stderr.
 */

import { Command, type Interfaces } from '@oclif/core'
import { describeFailure, type Failure } from './describe-failure.js'
import { exitCode } from './exit-codes.js'
import { maskFor } from './format-answer.js'
import { talk } from './talk/talk.js'
import { examplesOf, nearestExample } from './usage/examples-of.js'
import { explainUsageError } from './usage/explain-usage-error.js'

export abstract class RootCommand extends Command {
  static override enableJsonFlag = true

  /** Names of databases, measurements and users are in most answers, and may hold anything. */
  override log(message = '', ...args: unknown[]): void {
    super.log(maskFor(process.stdout, message), ...args)
  }

  /** Commands with connection flags also take them from environment, profile and configuration files. */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse<F, B, A>(options, argv)
    const output = parsed as unknown as Interfaces.ParserOutput
    this.#startTalk(output)
    const known = namesOfSingleFlags(options?.flags ?? {})
    if (known.has('host') && known.has('token-file')) {
      const [{ applyConnection }, { readConnection }] = await Promise.all([
        import('./apply-connection.js'),
        import('../daemon/config/read-config.js'),
      ])
      const { flags, metadata } = output
      const isTyped = (name: string) => flags[name] !== undefined && metadata.flags[name]?.setFromDefault !== true
      const layer = readConnection({
        configFile: flags['config'] ?? process.env['HYPERBYTE_CONFIG'] ?? null,
        profile: flags['profile'] ?? null,
      })
      applyConnection({ flags, known, isTyped }, layer, process.env)
    }
    return parsed
  }

  #startTalk({ flags, raw }: Interfaces.ParserOutput): void {
    if (flags['no-color'] === true) process.env['NO_COLOR'] = '1'
    talk.start({
      isQuiet: flags['quiet'] === true,
      isJson: flags['progress'] === 'json',
      verbosity: raw.filter((token) => token.type === 'flag' && token.flag === 'verbose').length,
      logFile: flags['log-file'] ?? null,
      traceId: flags['trace-id'] ?? null,
      commandLine: [...(this.id?.split(':') ?? []), ...this.argv],
    })
  }

  /** oclif would end every failure under `--json` with 1; the code of the failure is what scripts are promised. */
  protected override async catch(error: Error): Promise<void> {
    if (isExit(error)) throw error
    const failure = this.#describe(error)
    process.exitCode = failure.exit
    if (this.jsonEnabled()) {
      this.logJson({ schema: 'hyperbyte.error/1', error: toErrorDocument(failure) })
      return
    }
    // A bug is worth its stack trace.
    if (!failure.isExpected) throw error
    talk.failure(printFailure(this.#name, failure), toErrorDocument(failure))
    this.exit(failure.exit)
  }

  /** What was typed wrong is told in our words, and what has no other advice gets an example. */
  #describe(error: Error): Failure {
    const failure = describeFailure(error)
    if (failure.exit !== exitCode('usage') || failure.hint !== null) return failure
    const { id = '' } = this
    const message = 'oclif' in error ? explainUsageError(error, this.argv, this.#shape()) : failure.message
    const examples = examplesOf(this.ctor.examples ?? [], { bin: this.config.bin, id })
    const flagsTold = message.match(/--[\w-]+/g) ?? []
    return { ...failure, message, hint: nearestExample([...this.argv, ...flagsTold], examples) }
  }

  /** `hyperbyte backup list` */
  get #name(): string {
    return [this.config.bin, ...(this.id?.split(':') ?? [])].join(' ')
  }

  #shape() {
    const flags = { ...this.ctor.baseFlags, ...this.ctor.flags }
    const entries = Object.entries(flags)
    return {
      flags: [
        ...entries.flatMap(([name, { aliases = [] }]) => [name, ...aliases]),
        ...entries.flatMap(([name, flag]) => (flag.type === 'boolean' && flag.allowNo === true ? [`no-${name}`] : [])),
        'json',
        'help',
      ],
      letters: ['h', ...entries.flatMap(([, { char }]) => char ?? [])],
    }
  }

  /** Progress, and anything else that is not the answer. Silent with `--quiet`. */
  protected note(message: string): void {
    talk.note(message)
  }

  /** What `--quiet` does not silence either. */
  protected trouble(message: string): void {
    talk.trouble(message)
  }
}

/** Where several may be named (`backup --database a --database b`), none is named for the user; servers are. */
function namesOfSingleFlags(flags: Interfaces.FlagInput): Set<string> {
  const names = Object.keys(flags)
  return new Set(
    names.filter((name) => name === 'host' || !('multiple' in flags[name] && flags[name].multiple === true)),
  )
}

/** What failed and why, where, under which mark in the server's log, and last what to do. */
function printFailure(name: string, { message, hint }: Failure): string {
  const { answeredBy, traceId } = talk
  const lines = [`${name}: ${message}`]
  // Of several servers, the one that answered last need not be the one that the message names.
  const isNamed = /https?:\/\//.test(message)
  if (answeredBy !== null && !isNamed) lines.push(`  where: ${answeredBy}`)
  if (traceId !== null) lines.push(`  trace: ${traceId}`)
  if (hint !== null) lines.push(`  hint: ${hint}`)
  return lines.join('\n')
}

function toErrorDocument({ code, message, hint, exit }: Failure) {
  return { code, message, hint, exit, trace: talk.traceId }
}

/** `this.exit(n)` is a way to end, not a failure. */
function isExit(error: Error): boolean {
  return (error as { code?: string }).code === 'EEXIT'
}
