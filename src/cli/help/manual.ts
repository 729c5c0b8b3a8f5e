/** The whole manual: a page of the program, one of each topic, one of each command. Pure. */

import { EXIT_CODES } from '../exit-codes.js'
import {
  type CommandFacts,
  commandLines,
  manPage,
  optionLines,
  type ProgramFacts,
  pageHead,
  pageName,
  seeAlso,
  surroundingLines,
} from './man-page.js'
import { bold, paragraphs, section, styleRoff, tagged, verbatim } from './roff.js'
import { FILES, VARIABLES } from './surroundings.js'

export interface ManualFacts extends ProgramFacts {
  readonly description: string
  readonly commands: readonly CommandFacts[]
  /** By name, with what the commands of it do. */
  readonly topics: Readonly<Record<string, { readonly description: string; readonly hidden?: boolean }>>
}

/** Text by name of the file. */
export function manual(facts: ManualFacts): Map<string, string> {
  const commands = facts.commands.filter(({ hidden }) => hidden !== true).sort((a, b) => (a.id < b.id ? -1 : 1))
  const pages = new Map([[`${facts.bin}.1`, programPage(facts, commands)]])
  for (const command of commands) pages.set(fileName(facts, command.id), manPage(command, commands, facts))
  for (const [topic, { description, hidden }] of Object.entries(facts.topics)) {
    if (hidden === true || pages.has(fileName(facts, topic))) continue
    const own = commands.filter(({ id }) => id.startsWith(`${topic}:`))
    pages.set(fileName(facts, topic), topicPage(topic, description, own, facts))
  }
  return pages
}

function fileName({ bin }: ProgramFacts, id: string): string {
  return `${pageName(bin, id)}.1`
}

function programPage(facts: ManualFacts, commands: readonly CommandFacts[]): string {
  const { bin, description } = facts
  const shared = Object.values(commands[0]?.flags ?? {}).filter(({ helpGroup }) => helpGroup === 'GLOBAL')
  return page([
    ...pageHead(facts, '', description),
    ...section('SYNOPSIS', [synopsisOf(bin)]),
    ...section('DESCRIPTION', paragraphs(CONVENTIONS)),
    ...section('COMMANDS', commandLines(commands, facts)),
    ...section('OPTIONS', optionLines(Object.fromEntries(shared.map((flag) => [flag.name, flag])))),
    ...section(
      'EXAMPLES',
      EXAMPLES.flatMap(([text, ...lines]) => ['.PP', styleRoff(text), ...verbatim(lines)]),
    ),
    ...section('EXIT STATUS', exitLines()),
    ...section('ENVIRONMENT', surroundingLines(VARIABLES, commands)),
    ...section('FILES', surroundingLines(FILES, commands)),
    ...section('SEE ALSO', [seeAlso(['serve', 'config init', 'query', 'backup', 'help config', 'help errors'], facts)]),
  ])
}

function topicPage(
  topic: string,
  description: string,
  commands: readonly CommandFacts[],
  program: ProgramFacts,
): string {
  return page([
    ...pageHead(program, topic, description),
    ...section('SYNOPSIS', [synopsisOf(`${program.bin} ${topic}`)]),
    ...section('DESCRIPTION', paragraphs(`${description}. Each command has a page of its own.`)),
    ...section('COMMANDS', commandLines(commands, program)),
    ...section('SEE ALSO', [seeAlso([''], program)]),
  ])
}

function synopsisOf(words: string): string {
  return `${bold(words)} \\fICOMMAND\\fR [\\fIFLAGS\\fR]`
}

function page(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}

function exitLines(): string[] {
  const codes = Object.values(EXIT_CODES).map(({ code, text }) => [code, text] as const)
  return [
    ...[...codes, [127, 'there is no such command'], [130, 'stopped by Ctrl-C'], [143, 'stopped by SIGTERM']].flatMap(
      ([code, text]) => tagged(bold(String(code)), styleRoff(String(text))),
    ),
    ...paragraphs('A script must read any other number as failure.'),
  ]
}

const CONVENTIONS = `The server, and the commands that talk to it or, while it is stopped, work on its data directory with \`--data-dir\`.

Answers go to stdout, everything else to stderr. With \`--json\` a command prints one document, whose form its key \`schema\` names.
Times are written 2026-11-01, 2026-11-01T12:00:00Z, 1700000000s (or ms, us, ns), -7d, now-1h; durations 500ms, 30s, 1h30m, 7d;
sizes 50MiB.

What destroys says what would be lost, and acts with \`--yes\`.`

const EXAMPLES = [
  ['Try it out, with data that is gone afterwards:', '$ hyperbyte serve --dev'],
  [
    'Write a point and ask for it:',
    '$ hyperbyte db create telegraf',
    "$ hyperbyte write -d telegraf 'cpu,host=a usage=1.5'",
    "$ hyperbyte query -d telegraf -e 'SELECT * FROM cpu'",
  ],
  ['Back it up every night:', '$ hyperbyte backup --repo /backup/hb --keep-daily 14 --quiet'],
] as const
