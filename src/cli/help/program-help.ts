/**
 * Help as pages of a manual: usage in one line, what it is about, flags under the headings of `flag-groups.ts`, examples,
 * exit codes, what to read next. oclif loads this class when help is asked for, and only then.
 */

import { type Command, CommandHelp, Help, type Interfaces } from '@oclif/core'
import { suggestName } from '../../daemon/config/suggest-name.js'
import { exitCode } from '../exit-codes.js'
import { splitDescription } from './exit-code-section.js'
import { groupOfFlag, orderOfGroup, summaryOfFlag } from './flag-groups.js'
import { pageName } from './man-page.js'
import { SEE_ALSO } from './see-also.js'

type Section = ReturnType<CommandHelp['sections']>[number]
type FlagsOfHelp = Parameters<CommandHelp['groupFlags']>[0]

const GUIDES = [
  ['help exit-codes', 'What the exit codes mean'],
  ['help errors', 'What failures mean and what to do about them'],
  ['help config', 'Where settings come from and which of them wins'],
] as const

class CommandPage extends CommandHelp {
  protected override sections(): Section[] {
    const sections = new Map(super.sections().map((section) => [section.header, section]))
    const order = ['USAGE', 'DESCRIPTION', 'ARGUMENTS', 'FLAGS', 'EXAMPLES', 'FLAG DESCRIPTIONS']
    return [
      ...order.flatMap((header) => sections.get(header) ?? []),
      { header: 'EXIT CODES', generate: () => this.#exits() },
      { header: 'SEE ALSO', generate: () => this.#seeAlso() },
    ]
  }

  protected override description(): string {
    return this.wrap(splitDescription(this.command.description ?? '').about)
  }

  /** What must be given; the rest is listed below anyway. */
  protected override defaultUsage(): string {
    const flags = Object.values(this.command.flags)
    const needed = flags.filter(({ required, hidden }) => required === true && hidden !== true)
    const words = needed.map((flag) => `--${flag.name}${flag.type === 'option' ? ` ${flag.helpValue ?? 'VALUE'}` : ''}`)
    const names = Object.values(this.command.args).map((arg) => this.arg(arg))
    return [this.command.id, ...names, ...words, '[FLAGS]'].join(' ')
  }

  /** Everything has a group, so that nothing is left for the first heading. */
  protected override groupFlags(flags: FlagsOfHelp): {
    mainFlags: FlagsOfHelp
    flagGroups: Record<string, FlagsOfHelp>
  } {
    const groups: Record<string, FlagsOfHelp> = {}
    // Those with a letter first: the others are indented behind them.
    const sorted = [...flags].sort((a, b) => Number(a.char === undefined) - Number(b.char === undefined))
    for (const flag of sorted) {
      if (flag.name === 'json') flag.description = summaryOfFlag(flag)
      const group = groupOfFlag(flag)
      groups[group] = [...(groups[group] ?? []), flag]
    }
    const ordered = Object.entries(groups).sort(([a], [b]) => orderOfGroup(a) - orderOfGroup(b))
    return { mainFlags: [], flagGroups: Object.fromEntries(ordered) }
  }

  #exits(): string {
    const { exits } = splitDescription(this.command.description ?? '')
    return exits.map(({ code, meaning }) => `${code.padStart(3)}  ${meaning}`).join('\n')
  }

  #seeAlso(): string {
    const others = SEE_ALSO[this.command.id] ?? []
    const { bin } = this.config
    const commands = [...others, 'help exit-codes'].map((id) => `${bin} ${id}`)
    return this.wrap([...commands, `man ${pageName(bin, this.command.id)}`].join(' · '))
  }
}

export default class ProgramHelp extends Help {
  protected override CommandHelpClass = CommandPage

  constructor(config: Interfaces.Config, options: Partial<Interfaces.HelpOptions> = {}) {
    super(config, { ...options, flagSortOrder: 'none', showFlagOptionsInTitle: true })
  }

  override async showHelp(argv: string[]): Promise<void> {
    try {
      await super.showHelp(argv)
    } catch (error) {
      const [, subject] = /^Command (.*) not found\.$/.exec((error as Error).message) ?? []
      if (subject === undefined) throw error
      const typed = subject.replaceAll(':', ' ')
      const near = suggestName(typed, this.#pages())
      const meant = near === null ? '' : `; did you mean "${near}"?`
      const next = near === null ? 'help' : `help ${near}`
      process.stderr.write(
        `${this.config.bin} help: there is nothing about "${typed}"${meant}\n  hint: ${this.config.bin} ${next}\n`,
      )
      process.exitCode = exitCode('usage')
    }
  }

  /** `exit-codes` and `backup list`. */
  #pages(): string[] {
    const commands = this.config.commands.filter(({ hidden }) => hidden !== true)
    return commands.map(({ id }) => id.replaceAll(':', ' ').replace(/^help /, ''))
  }

  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp()
    this.log(
      this.section(
        'GUIDES',
        this.renderList(
          GUIDES.map(([id, text]) => [id, text]),
          { indentation: 2, spacer: '\n' },
        ),
      ),
    )
    this.log('')
  }

  protected override getCommandHelpClass(command: Command.Loadable): CommandHelp {
    return new CommandPage(command, this.config, this.opts)
  }
}
