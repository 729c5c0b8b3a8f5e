/**
 * One command → its page of the manual, from what help knows too. Pure: facts in, roff out. The sections are those that
 * man-pages(7) names, in its order, and only those that have something in them.
 */

import type { Command } from '@oclif/core'
import { splitDescription } from './exit-code-section.js'
import { groupOfFlag, orderOfGroup, summaryOfFlag } from './flag-groups.js'
import { bold, escapeRoff, italic, paragraphs, section, styleRoff, subsection, tagged, verbatim } from './roff.js'
import { SEE_ALSO } from './see-also.js'
import { FILES, VARIABLES } from './surroundings.js'

export type CommandFacts = Command.Cached
type FlagFacts = CommandFacts['flags'][string]

export interface ProgramFacts {
  readonly bin: string
  readonly version: string
}

/** `hyperbyte-backup-list`; ids have colons, words typed have spaces. */
export function pageName(bin: string, id: string): string {
  return [bin, ...id.split(/[: ]/)].filter((word) => word !== '').join('-')
}

export function pageHead(program: ProgramFacts, id: string, summary: string): string[] {
  const name = pageName(program.bin, id)
  return [
    `.TH ${escapeRoff(name.toUpperCase())} 1 "" "${program.bin} ${program.version}" "HyperbyteDB Manual"`,
    // Lines are not cut into equal lengths, and words not at all: flags and paths stay whole.
    '.nh',
    '.ad l',
    ...section('NAME', [`${escapeRoff(name)} \\- ${styleRoff(lowerFirst(summary))}`]),
  ]
}

export function manPage(command: CommandFacts, others: readonly CommandFacts[], program: ProgramFacts): string {
  const { about, exits } = splitDescription(command.description ?? '')
  const lines = [
    ...pageHead(program, command.id, command.summary ?? ''),
    ...section('SYNOPSIS', [synopsis(command, program)]),
    ...section('DESCRIPTION', paragraphs(`${command.summary}.${about === '' ? '' : `\n\n${about}`}`)),
    ...section('ARGUMENTS', argumentLines(command)),
    ...section('OPTIONS', optionLines(command.flags)),
    ...section(
      'COMMANDS',
      commandLines(
        others.filter(({ id }) => id.startsWith(`${command.id}:`)),
        program,
      ),
    ),
    ...section('EXAMPLES', exampleLines(command, program)),
    ...section(
      'EXIT STATUS',
      exits.flatMap(({ code, meaning }) => tagged(bold(code), styleRoff(meaning))),
    ),
    ...section('ENVIRONMENT', surroundingLines(VARIABLES, [command])),
    ...section('FILES', surroundingLines(FILES, [command])),
    ...section('SEE ALSO', [seeAlso(['', ...(SEE_ALSO[command.id.replaceAll(':', ' ')] ?? [])], program)]),
  ]
  return `${lines.join('\n')}\n`
}

function synopsis({ id, args, flags, strict }: CommandFacts, { bin }: ProgramFacts): string {
  const names = Object.values(args).map(({ name, required }) => {
    const shown = italic(name.toUpperCase()) + (strict === false ? '...' : '')
    return required === true ? shown : `[${shown}]`
  })
  const needed = visible(flags).filter(({ required }) => required === true)
  const words = needed.map((flag) => bold(`--${flag.name}`) + (flag.type === 'option' ? `=${flagValue(flag)}` : ''))
  return [bold(`${bin} ${id.replaceAll(':', ' ')}`), ...names, ...words, `[${italic('FLAGS')}]`].join(' ')
}

function argumentLines({ args }: CommandFacts): string[] {
  return Object.values(args).flatMap(({ name, description = '' }) =>
    tagged(italic(name.toUpperCase()), styleRoff(description)),
  )
}

/** Under the headings of help, and in its order. */
export function optionLines(flags: CommandFacts['flags']): string[] {
  const groups = new Map<string, FlagFacts[]>()
  for (const flag of visible(flags)) {
    const group = groupOfFlag(flag)
    groups.set(group, [...(groups.get(group) ?? []), flag])
  }
  return [...groups]
    .sort(([a], [b]) => orderOfGroup(a) - orderOfGroup(b))
    .flatMap(([group, list]) => subsection(group, list.flatMap(optionLine)))
}

function visible(flags: CommandFacts['flags']): FlagFacts[] {
  return Object.values(flags).filter(({ hidden }) => hidden !== true)
}

function optionLine(flag: FlagFacts): string[] {
  const isSwitch = flag.type === 'boolean'
  const long = isSwitch && flag.allowNo === true ? `--[no-]${flag.name}` : `--${flag.name}`
  const names = [...(flag.char === undefined ? [] : [bold(`-${flag.char}`)]), bold(long)].join(', ')
  const value = isSwitch ? '' : `=${flagValue(flag)}${flag.multiple === true ? '...' : ''}`
  const facts = [styleRoff(summaryOfFlag(flag))]
  if (flag.required === true) facts.push('Required.')
  if (!isSwitch && flag.default !== undefined) facts.push(`Default: ${bold(String(flag.default))}.`)
  if (flag.env !== undefined) facts.push(`Environment: ${bold(flag.env)}.`)
  return tagged(names + value, facts.join('\n'))
}

function flagValue(flag: FlagFacts): string {
  if (flag.type === 'boolean') return ''
  if (flag.options !== undefined) return flag.options.map(bold).join('|')
  return italic(String(flag.helpValue ?? 'VALUE'))
}

export function commandLines(commands: readonly CommandFacts[], { bin }: ProgramFacts): string[] {
  return commands.flatMap(({ id, summary = '' }) => tagged(`${bold(pageName(bin, id))}(1)`, `${styleRoff(summary)}.`))
}

/** A line that explains an example stands before it. */
function exampleLines({ id, examples = [] }: CommandFacts, { bin }: ProgramFacts): string[] {
  return examples.flatMap((example) => {
    const { command, description } = typeof example === 'string' ? { command: example, description: '' } : example
    const text = `${description ?? ''}\n${command}`
      .replaceAll('<%= config.bin %>', bin)
      .replaceAll('<%= command.id %>', id.replaceAll(':', ' '))
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const isCall = (line: string) => line.includes(`${bin} `)
    const explained = lines.filter((line) => !isCall(line)).map((line) => styleRoff(line))
    return ['.PP', ...explained, ...verbatim(lines.filter(isCall).map((line) => `$ ${line.replace(/^\s*\$ /, '')}`))]
  })
}

export function surroundingLines(list: typeof VARIABLES, commands: readonly CommandFacts[]): string[] {
  return list
    .filter(({ isFor }) => commands.some(isFor))
    .flatMap(({ name, meaning }) => tagged(bold(name), styleRoff(meaning)))
}

/** Sorted, as the reader of a manual expects; `autocomplete` is another's and has no page. */
export function seeAlso(ids: readonly string[], { bin }: ProgramFacts): string {
  const names = [...new Set([...ids, 'help exit-codes'])].filter((id) => id !== 'autocomplete')
  return names
    .map((id) => pageName(bin, id))
    .sort()
    .map((name) => `${bold(name)}(1)`)
    .join(',\n')
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text
}
