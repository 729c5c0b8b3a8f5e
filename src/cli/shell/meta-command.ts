/**
 * One line of the shell → what is meant. The words are those of the `influx` shell, with `timing` and the format
 * `vertical` besides. Whatever is no command of the shell is InfluxQL.
 */

import type { ShellFormat } from './format-results.js'

export const PRECISIONS = ['rfc3339', 'h', 'm', 's', 'ms', 'u', 'ns'] as const
export const FORMATS = ['json', 'csv', 'column', 'vertical'] as const satisfies readonly ShellFormat[]
export const CONSISTENCIES = ['any', 'one', 'quorum', 'all'] as const

export type Precision = (typeof PRECISIONS)[number]
export type Consistency = (typeof CONSISTENCIES)[number]

export type MetaCommand =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'exit' | 'help' | 'clear-help' | 'history' | 'settings' | 'chunked' | 'pretty' | 'timing' | 'auth'
    }
  | { readonly kind: 'connect'; readonly host: string }
  | { readonly kind: 'use'; readonly database: string; readonly retentionPolicy: string | null }
  | { readonly kind: 'insert'; readonly place: InsertPlace | null; readonly line: string }
  | { readonly kind: 'precision'; readonly precision: Precision }
  | { readonly kind: 'format'; readonly format: ShellFormat }
  | { readonly kind: 'consistency'; readonly consistency: Consistency }
  | { readonly kind: 'chunk-size'; readonly rowCount: number }
  | { readonly kind: 'clear'; readonly what: 'database' | 'retention-policy' }
  | { readonly kind: 'query'; readonly text: string; readonly isVertical: boolean }
  /** A command of the shell that cannot be done; the text says why. */
  | { readonly kind: 'mistake'; readonly text: string }

export interface InsertPlace {
  /** Null: the one in use. */
  readonly database: string | null
  readonly retentionPolicy: string
}

export const CLEAR_HELP = `Possible commands for 'clear' are:
    # Clear the database context
    clear database
    clear db

    # Clear the retention policy context
    clear retention policy
    clear rp
`

export function parseMetaCommand(line: string): MetaCommand {
  const text = line.trim()
  const [, word, rest] = /^(\S*)\s*([\s\S]*)$/.exec(text)!
  const name = word.toLowerCase().replace(/;$/, '')
  const argument = withoutSemicolon(rest)
  switch (name) {
    case '':
      return { kind: 'nothing' }
    case 'exit':
    case 'quit':
      return { kind: 'exit' }
    case 'help':
    case 'history':
    case 'settings':
    case 'chunked':
    case 'pretty':
    case 'timing':
    case 'auth':
      return { kind: name }
    case 'connect':
      return { kind: 'connect', host: argument }
    case 'use':
      return parseUse(argument, text)
    case 'insert':
      return parseInsert(rest)
    case 'precision':
      return choose('precision', PRECISIONS, argument, (precision) => ({ kind: 'precision', precision }))
    case 'format':
      return choose('format', FORMATS, argument, (format) => ({ kind: 'format', format }))
    case 'consistency':
      return choose('consistency level', CONSISTENCIES, argument, (consistency) => ({
        kind: 'consistency',
        consistency,
      }))
    case 'chunk':
      return parseChunkSize(argument)
    case 'clear':
      return parseClear(argument)
    default:
      return parseQuery(text)
  }
}

function withoutSemicolon(text: string): string {
  return text.replace(/\s*;\s*$/, '')
}

function choose<T extends string>(
  what: string,
  choices: readonly T[],
  argument: string,
  toCommand: (choice: T) => MetaCommand,
): MetaCommand {
  const chosen = choices.find((choice) => choice === argument.toLowerCase())
  if (chosen !== undefined) return toCommand(chosen)
  const list = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
  return { kind: 'mistake', text: `Unknown ${what} "${argument}". Please use ${list}.` }
}

function parseUse(argument: string, text: string): MetaCommand {
  const names = readNames(argument)
  if (names === null || names.rest !== '' || names.parts.length > 2) {
    return { kind: 'mistake', text: `Could not parse database name from "${text}".` }
  }
  return { kind: 'use', database: names.parts[0], retentionPolicy: names.parts[1] ?? null }
}

function parseInsert(rest: string): MetaCommand {
  const into = /^into\s+/i.exec(rest)
  if (into === null) return { kind: 'insert', place: null, line: rest }
  const names = readNames(rest.slice(into[0].length))
  // `into` may be a measurement, when what follows is no place and a line.
  if (names === null || names.rest === '' || names.parts.length > 2) return { kind: 'insert', place: null, line: rest }
  const retentionPolicy = names.parts.at(-1)!
  const database = names.parts.length === 2 ? names.parts[0] : null
  return { kind: 'insert', place: { database, retentionPolicy }, line: names.rest }
}

/** `db`, `"my db".autogen`: dotted names, quoted or not, and what stands behind them. */
function readNames(text: string): { readonly parts: readonly string[]; readonly rest: string } | null {
  const match = /^((?:"(?:[^"\\]|\\.)*"|[^\s".]+)(?:\.(?:"(?:[^"\\]|\\.)*"|[^\s".]+))*)(?:\s+([\s\S]*))?$/.exec(text)
  if (match === null) return null
  const parts = [...match[1].matchAll(/"((?:[^"\\]|\\.)*)"|([^\s".]+)/g)].map(
    ([, quoted, bare]) => bare ?? quoted.replace(/\\(.)/g, '$1'),
  )
  return { parts, rest: match[2] ?? '' }
}

function parseChunkSize(argument: string): MetaCommand {
  const [, text] = /^size\s+(.*)$/i.exec(argument) ?? []
  if (text !== undefined && /^-?\d{1,9}$/.test(text)) return { kind: 'chunk-size', rowCount: Math.max(0, Number(text)) }
  return { kind: 'mistake', text: `unable to parse chunk size from "${text ?? `chunk ${argument}`.trim()}"` }
}

function parseClear(argument: string): MetaCommand {
  switch (argument.toLowerCase().replace(/\s+/g, ' ')) {
    case 'database':
    case 'db':
      return { kind: 'clear', what: 'database' }
    case 'retention policy':
    case 'rp':
      return { kind: 'clear', what: 'retention-policy' }
    case '':
      return { kind: 'clear-help' }
    default:
      return { kind: 'mistake', text: `invalid command "${argument}".\n${CLEAR_HELP}` }
  }
}

/** `\G` at the end asks for one line per value, this once. */
function parseQuery(text: string): MetaCommand {
  const isVertical = /\\G\s*;?$/.test(text)
  return { kind: 'query', text: isVertical ? text.replace(/\s*\\G\s*;?$/, '') : text, isVertical }
}
