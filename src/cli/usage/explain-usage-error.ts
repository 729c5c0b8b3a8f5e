/**
 * oclif's words for a command line it cannot read → ours: one line that names the flag or argument, with "did you mean"
 * where something is near. Known by the names of its errors, as it exports them under no stable path. Pure.
 */

import { suggestName } from '../../daemon/config/suggest-name.js'
import { flagOfSynonym } from './flag-synonyms.js'

export interface CommandShape {
  /** Long names without dashes, hidden ones and aliases too. */
  readonly flags: readonly string[]
  /** Letters of short flags. */
  readonly letters: readonly string[]
}

/** `typed`: what follows the command's name. */
export function explainUsageError(error: Error, typed: readonly string[], shape: CommandShape): string {
  // An argument is judged first, so that the value of a mistyped flag is refused before the flag is.
  const unknown = typed.slice(0, endOfFlags(typed)).find((word) => isUnknownFlag(word, shape))
  if (isCommandLineError(error) && unknown !== undefined) return explainUnknownFlag(unknown, shape)
  const message = error.message.replace(/\nSee more help with --help$/, '')
  const parsing = /^Parsing (--\S+) \n\t(.*)$/s.exec(message)
  if (parsing !== null) return parsing[2].includes(parsing[1]) ? parsing[2] : `${parsing[1]}: ${lowerFirst(parsing[2])}`
  switch (error.constructor.name) {
    case 'RequiredArgsError':
      return explainMissingArguments((error as Error & { args: readonly Argument[] }).args)
    case 'UnexpectedArgsError':
      return explainSpareArguments((error as Error & { args: readonly string[] }).args)
    case 'FlagInvalidOptionError':
      return explainChoice(message)
    case 'FailedFlagValidationError':
    case 'ViolatedFlagConstraintError':
      return explainConstraints(message)
    default:
      return lowerFirst(message)
  }
}

interface Argument {
  readonly name: string
  readonly description?: string
}

function isCommandLineError(error: Error): boolean {
  return 'parse' in error
}

function endOfFlags(typed: readonly string[]): number {
  const end = typed.indexOf('--')
  return end === -1 ? typed.length : end
}

function isUnknownFlag(word: string, { flags, letters }: CommandShape): boolean {
  const [, name] = /^--([a-z][\w-]*)(?:=|$)/i.exec(word) ?? []
  if (name !== undefined) return !flags.includes(name)
  return /^-[a-z]$/i.test(word) && !letters.includes(word[1])
}

function explainUnknownFlag(word: string, { flags }: CommandShape): string {
  const [typed] = word.split('=', 1)
  const name = typed.slice(2)
  const near = typed.startsWith('--') ? (flagOfSynonym(name, flags) ?? suggestName(name, flags)) : null
  return `there is no flag ${typed}${near === null ? '' : `; did you mean --${near}?`}`
}

function explainMissingArguments(args: readonly Argument[]): string {
  const names = args.map(
    ({ name, description }) => name.toUpperCase() + (description ? ` (${description.replace(/\.$/, '')})` : ''),
  )
  return `${names.join(' and ')} ${args.length === 1 ? 'is' : 'are'} missing`
}

function explainSpareArguments(args: readonly string[]): string {
  return `${args.map((arg) => JSON.stringify(arg)).join(', ')} ${args.length === 1 ? 'is' : 'are'} too much; what has spaces stands in quotes`
}

/** `Expected --format=cvs to be one of: table, csv` */
function explainChoice(message: string): string {
  const [, flag, value, options] = /^Expected (--[\w-]+)=(.*) to be one of: (.*)$/s.exec(message) ?? []
  if (options === undefined) return lowerFirst(message)
  const near = suggestName(value, options.split(', '))
  return `${flag} ${value} is none of ${options}${near === null ? '' : `; did you mean ${near}?`}`
}

function explainConstraints(message: string): string {
  const [, ...reasons] = message.split('\n').map((line) => line.trim())
  return reasons.map((reason) => reason.replace(/^Missing required flag (\S+)$/, '--$1 is missing')).join('; ')
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
