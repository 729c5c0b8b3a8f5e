/**
 * The words of a command line → what could stand at its end. Pure: knows the commands with their flags, and says which
 * names of the server are wanted besides.
 */

export interface KnownFlag {
  readonly name: string
  readonly char?: string
  /** Takes a value. */
  readonly isOption: boolean
  readonly options: readonly string[]
  readonly isHidden: boolean
}

export interface KnownCommand {
  /** `backup list`. */
  readonly id: string
  readonly flags: readonly KnownFlag[]
}

/** `sets` are those of the backup repository. */
export type ServerNames = 'databases' | 'measurements' | 'retention-policies' | 'users' | 'profiles' | 'sets'

export interface CompletionPlan {
  /** Goes before each candidate: `--format=`. */
  readonly prefix: string
  /** What is typed of the candidate. */
  readonly typed: string
  readonly words: readonly string[]
  readonly names: ServerNames | null
  /** Flags typed so far, without their dashes, by their long names. */
  readonly given: ReadonlyMap<string, string>
}

const NAMES_OF_FLAG: ReadonlyMap<string, ServerNames> = new Map([
  ['database', 'databases'],
  ['db', 'databases'],
  ['to-database', 'databases'],
  ['measurement', 'measurements'],
  ['rp', 'retention-policies'],
  ['profile', 'profiles'],
  ['set', 'sets'],
])

/** Commands whose argument is a name that the server has. */
const NAMES_OF_ARGUMENT: ReadonlyMap<string, ServerNames> = new Map([
  ['db drop', 'databases'],
  ['user drop', 'users'],
  ['user grant', 'users'],
  ['user revoke', 'users'],
  ['user password', 'users'],
])

/** `words` without the program; the last is the one at the cursor. */
export function planCompletion(words: readonly string[], commands: readonly KnownCommand[]): CompletionPlan {
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  // Help is not one of our commands, and takes the name of any.
  if (before[0] === 'help') {
    const pages = [...nextWords(before.slice(1), commands), ...nextWords(before, commands)]
    return nothing({ typed, words: [...new Set(pages)].sort(), given: new Map() })
  }
  const command = findCommand(before, commands)
  if (command === null) return nothing({ typed, words: nextWords(before, commands), given: new Map() })
  const rest = before.slice(command.id.split(' ').length)
  const given = readFlags(rest, command.flags)
  const equals = /^(--[\w-]+)=(.*)$/.exec(typed)
  if (equals !== null) {
    const flag = findFlag(equals[1], command.flags)
    return { ...planValue(flag, equals[2], given), prefix: `${equals[1]}=` }
  }
  const previous = findFlag(rest.at(-1) ?? '', command.flags)
  if (previous?.isOption === true) return planValue(previous, typed, given)
  const flags = command.flags.filter(({ isHidden }) => !isHidden).map(({ name }) => `--${name}`)
  if (typed.startsWith('-')) return nothing({ typed, words: flags, given })
  // A command may be the beginning of others: `backup`, `backup list`.
  const longer = rest.length === 0 ? nextWords(before, commands) : []
  return { prefix: '', typed, words: longer, names: NAMES_OF_ARGUMENT.get(command.id) ?? null, given }
}

function nothing({ typed, words, given }: Pick<CompletionPlan, 'typed' | 'words' | 'given'>): CompletionPlan {
  return { prefix: '', typed, words, names: null, given }
}

function planValue(flag: KnownFlag | undefined, typed: string, given: CompletionPlan['given']): CompletionPlan {
  const names = flag === undefined ? null : (NAMES_OF_FLAG.get(flag.name) ?? null)
  return { prefix: '', typed, words: flag?.options ?? [], names, given }
}

/** The one with the longest name that the words begin with. */
function findCommand(words: readonly string[], commands: readonly KnownCommand[]): KnownCommand | null {
  for (let count = words.length; count > 0; count--) {
    const id = words.slice(0, count).join(' ')
    const found = commands.find((command) => command.id === id)
    if (found !== undefined) return found
  }
  return null
}

function nextWords(words: readonly string[], commands: readonly KnownCommand[]): string[] {
  const isBelow = ({ id }: KnownCommand) => words.every((word, index) => id.split(' ')[index] === word)
  const next = commands.filter(isBelow).flatMap(({ id }) => id.split(' ')[words.length] ?? [])
  return [...new Set(next)].sort()
}

function findFlag(word: string, flags: readonly KnownFlag[]): KnownFlag | undefined {
  if (/^--[\w-]+$/.test(word)) return flags.find(({ name }) => `--${name}` === word)
  return /^-\w$/.test(word) ? flags.find(({ char }) => `-${char}` === word) : undefined
}

function readFlags(words: readonly string[], flags: readonly KnownFlag[]): Map<string, string> {
  const given = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const [, name, value] = /^(--[\w-]+)=(.*)$/.exec(words[i]) ?? []
    const flag = findFlag(name ?? words[i], flags)
    if (flag === undefined) continue
    if (value !== undefined) given.set(flag.name, value)
    else if (flag.isOption && i + 1 < words.length) given.set(flag.name, words[++i])
  }
  return given
}
