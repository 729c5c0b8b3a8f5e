/** For the shells' Tab: what could stand at the cursor, one candidate per line. Never fails. */

import { Flags } from '@oclif/core'
import { type CompletionPlan, type KnownCommand, planCompletion } from '../cli/complete/completion-plan.js'
import { SHELL_SCRIPTS, type ShellName } from '../cli/complete/shell-scripts.js'
import { splitCommandLine } from '../cli/complete/split-command-line.js'
import { RootCommand } from '../cli/root-command.js'

const SHELLS = Object.keys(SHELL_SCRIPTS) as ShellName[]

export default class Complete extends RootCommand {
  static override hidden = true
  static override enableJsonFlag = false
  static override summary = 'Complete a command line, for shells'
  static override description = `EXIT CODES
  0 always`
  static override examples = [
    `<%= config.bin %> <%= command.id %> --line 'hyperbyte query -d te' --point 21`,
    '<%= config.bin %> <%= command.id %> --script bash',
  ]
  static override flags = {
    line: Flags.string({ default: '', summary: 'The command line.' }),
    point: Flags.integer({ summary: 'Where the cursor is in it.' }),
    script: Flags.option({ options: SHELLS })({ summary: 'Print what this shell has to read once.' }),
  }

  async run() {
    const { flags } = await this.parse(Complete)
    if (flags.script !== undefined) {
      this.log(SHELL_SCRIPTS[flags.script].trimEnd())
      return
    }
    const words = splitCommandLine(flags.line.slice(0, flags.point)).slice(1)
    const plan = planCompletion(words, this.#commands())
    const names = await namesFor(plan).catch(() => [])
    for (const candidate of [...plan.words, ...names]) {
      if (candidate.startsWith(plan.typed)) this.log(plan.prefix + candidate)
    }
  }

  #commands(): KnownCommand[] {
    return this.config.commands
      .filter(({ hidden }) => hidden !== true)
      .map(({ id, flags }) => ({
        id: id.replaceAll(':', ' '),
        flags: Object.entries(flags).map(([name, flag]) => ({
          name,
          char: flag.char,
          isOption: flag.type === 'option',
          options: flag.type === 'option' ? (flag.options ?? []) : [],
          isHidden: flag.hidden === true,
        })),
      }))
  }
}

async function namesFor({ names, given }: CompletionPlan): Promise<readonly string[]> {
  if (names === null) return []
  if (names === 'profiles') {
    const { readProfileNames } = await import('../daemon/config/read-config.js')
    return readProfileNames(process.env['HYPERBYTE_CONFIG'] ?? null)
  }
  if (names === 'sets') {
    const { setNames } = await import('../cli/complete/set-names.js')
    return await setNames(given.get('repo') ?? process.env['HYPERBYTE_BACKUP_REPO'])
  }
  const { serverNames } = await import('../cli/complete/server-names.js')
  return await serverNames(names, given, process.env)
}
