/**
 * A session of the shell: takes one complete input at a time, keeps the settings, writes the answer. Knows no terminal;
 * whoever holds one (src/cli/shell/run-interactive.ts, the command itself) gives it lines and a place for its output.
 */

import { ClientError } from '../../client/client-error.js'
import type { QueryCall } from '../../client/http-client.js'
import { parseExactJson } from '../../client/parse-exact-json.js'
import type { AnswerResult, QueryAnswer } from '../../client/query-answer.js'
import { quoteName } from '../../client/quote-influxql.js'
import { columnOf, runStatement } from '../../client/run-statement.js'
import type { Target } from '../../client/target.js'
import { kindOfStatementError } from '../../client/translate-answer.js'
import { OperationError } from '../operation-error.js'
import { openPrinter } from './format-results.js'
import { CLEAR_HELP, type InsertPlace, type MetaCommand, parseMetaCommand } from './meta-command.js'
import { renderSettings, SHELL_HELP, type ShellSettings } from './shell-settings.js'

export interface ShellPorts {
  /** Waits while the reader is slow. False: nobody reads any more. */
  write(text: string): Promise<boolean>
  /** Another server, or the same one as another user. */
  open(change: ConnectionChange): Promise<Target>
  askCredentials(): Promise<{ readonly username: string; readonly password: string }>
  history(): readonly string[]
  monotonicMs(): number
}

export interface ConnectionChange {
  readonly host?: string
  readonly username?: string
  readonly password?: string
}

export class ShellSession {
  settings: ShellSettings
  username: string
  isEnded = false
  #target: Target
  readonly #ports: ShellPorts

  constructor(target: Target, settings: ShellSettings, username: string, ports: ShellPorts) {
    this.#target = target
    this.settings = settings
    this.username = username
    this.#ports = ports
  }

  get target(): Target {
    return this.#target
  }

  /** Throws what went wrong; the session can go on. An aborted `signal` ends a statement that runs. */
  async run(line: string, signal: AbortSignal): Promise<void> {
    const command = parseMetaCommand(line)
    const startedMs = this.#ports.monotonicMs()
    await this.#perform(command, signal)
    const isTimed = command.kind === 'query' || command.kind === 'insert'
    if (!this.settings.isTiming || !isTimed) return
    await this.#ports.write(`Time: ${(this.#ports.monotonicMs() - startedMs).toFixed(1)} ms\n`)
  }

  async #perform(command: MetaCommand, signal: AbortSignal): Promise<void> {
    const { settings } = this
    switch (command.kind) {
      case 'nothing':
        return
      case 'exit':
        this.isEnded = true
        return
      case 'mistake':
        throw new OperationError(command.text.trimEnd(), { exit: 'usage' })
      case 'query':
        return await this.#query(command.text, command.isVertical, signal)
      case 'insert':
        return await this.#insert(command.place, command.line)
      case 'use':
        return await this.#use(command.database, command.retentionPolicy)
      case 'connect':
        return await this.#reopen({ host: command.host })
      case 'auth':
        return await this.#authenticate()
      case 'help':
        return await this.#say(SHELL_HELP)
      case 'clear-help':
        return await this.#say(CLEAR_HELP)
      case 'history':
        return await this.#say(
          this.#ports
            .history()
            .map((each) => `${each}\n`)
            .join(''),
        )
      case 'settings':
        return await this.#say(renderSettings(settings, { host: this.#target.name, username: this.username }))
      case 'precision':
        this.#change({ precision: command.precision })
        return
      case 'format':
        this.#change({ format: command.format })
        return
      case 'consistency':
        this.#change({ consistency: command.consistency })
        return
      case 'chunk-size':
        this.#change({ chunkRowCount: command.rowCount })
        return await this.#say(`chunk size set to ${command.rowCount}\n`)
      case 'chunked':
        this.#change({ isChunked: !settings.isChunked })
        return await this.#say(`chunked responses ${settings.isChunked ? 'disabled' : 'enabled'}\n`)
      case 'pretty':
        this.#change({ isPretty: !settings.isPretty })
        return await this.#say(`Pretty print ${settings.isPretty ? 'disabled' : 'enabled'}\n`)
      case 'timing':
        this.#change({ isTiming: !settings.isTiming })
        return await this.#say(`timing ${settings.isTiming ? 'disabled' : 'enabled'}\n`)
      case 'clear':
        return await this.#clear(command.what)
    }
  }

  #change(change: Partial<ShellSettings>): void {
    this.settings = { ...this.settings, ...change }
  }

  async #say(text: string): Promise<void> {
    await this.#ports.write(text)
  }

  async #query(text: string, isVertical: boolean, signal: AbortSignal): Promise<void> {
    const printer = openPrinter(isVertical ? 'vertical' : this.settings.format, this.settings)
    let failure: string | undefined
    for await (const result of this.#results(text, signal)) {
      if (!(await this.#ports.write(printer.add(result)))) return
      failure ??= result.error
    }
    await this.#ports.write(printer.end())
    if (failure !== undefined) throw toError(failure)
  }

  async *#results(text: string, signal: AbortSignal): AsyncGenerator<AnswerResult> {
    const { database, retentionPolicy, precision, isChunked, chunkRowCount } = this.settings
    const call: QueryCall = {
      text,
      database,
      retentionPolicy,
      epoch: precision === 'rfc3339' ? '' : precision,
      paramsJson: '',
      isPretty: false,
      chunkRowCount,
      signal,
    }
    const answers = isChunked ? this.#target.query(call) : this.#wholeAnswer(call)
    for await (const { results = [], error } of answers) {
      if (error !== undefined) throw toError(error)
      yield* results
    }
  }

  async *#wholeAnswer(call: QueryCall): AsyncGenerator<QueryAnswer> {
    yield parseExactJson(await this.#target.queryText(call)) as QueryAnswer
  }

  async #insert(place: InsertPlace | null, line: string): Promise<void> {
    const database = place?.database ?? this.settings.database
    if (database === '') {
      throw new OperationError('database is required', {
        exit: 'usage',
        hint: 'use DATABASE, or insert into DATABASE.POLICY POINT',
      })
    }
    if (line.trim() === '') throw new OperationError('there is no point to insert', { exit: 'usage' })
    await this.#target.write({
      database,
      retentionPolicy: place?.retentionPolicy ?? this.settings.retentionPolicy,
      precision: this.settings.precision === 'rfc3339' ? 'ns' : this.settings.precision,
      body: Buffer.from(`${line}\n`),
      isCompressed: false,
    })
  }

  /** A name that does not exist changes nothing. Who may not list databases may still use one. */
  async #use(database: string, retentionPolicy: string | null): Promise<void> {
    if ((await this.#isListed('SHOW DATABASES', database)) === false) {
      throw new OperationError(
        `Database ${database} doesn't exist. Run SHOW DATABASES for a list of existing databases.`,
        { exit: 'missing' },
      )
    }
    this.#change({ database, retentionPolicy: '' })
    await this.#say(`Using database ${database}\n`)
    if (retentionPolicy === null) return
    const list = `SHOW RETENTION POLICIES ON ${quoteName(database)}`
    if ((await this.#isListed(list, retentionPolicy)) === false) {
      throw new OperationError(
        `RETENTION POLICY ${retentionPolicy} doesn't exist. Run ${list} for a list of existing retention polices.`,
        { exit: 'missing' },
      )
    }
    this.#change({ retentionPolicy })
    await this.#say(`Using retention policy ${retentionPolicy}\n`)
  }

  /** Null when this user may not see the list. */
  async #isListed(statement: string, name: string): Promise<boolean | null> {
    try {
      return columnOf(await runStatement(this.#target, statement), 'name').includes(name)
    } catch (error) {
      if (error instanceof ClientError && error.kind === 'denied') return null
      throw error
    }
  }

  async #clear(what: 'database' | 'retention-policy'): Promise<void> {
    if (what === 'database') this.#change({ database: '', retentionPolicy: '' })
    else this.#change({ retentionPolicy: '' })
    await this.#say(`${what === 'database' ? 'database' : 'retention policy'} context cleared\n`)
  }

  async #authenticate(): Promise<void> {
    const { username, password } = await this.#ports.askCredentials()
    await this.#reopen({ username, password })
    this.username = username
  }

  async #reopen(change: ConnectionChange): Promise<void> {
    const target = await this.#ports.open(change)
    await this.#target.close()
    this.#target = target
  }
}

function toError(text: string): Error {
  if (text !== 'database name required') return new ClientError(kindOfStatementError(text), text)
  return new OperationError(text, { exit: 'failed', hint: 'use DATABASE, or FROM DATABASE.POLICY.MEASUREMENT' })
}
