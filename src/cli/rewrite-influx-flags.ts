/**
 * The `influx` shell takes long flags with one dash (`-database x`), which oclif would read as a row of short ones. For
 * the commands that stand in for the shell these are given their second dash, and switches may be given a value
 * (`-pretty=false`); everything else passes unchanged.
 */

const COMMANDS: ReadonlySet<string> = new Set(['query', 'write', 'shell', 'import', 'export'])

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['-host', '--host'],
  ['-port', '--port'],
  ['-path-prefix', '--path-prefix'],
  ['-database', '--database'],
  ['-username', '--username'],
  ['-password', '--password'],
  ['-precision', '--precision'],
  ['-execute', '--execute'],
  ['-format', '--format'],
  ['-socket', '--unix-socket'],
  ['-consistency', '--consistency'],
  ['-type', '--type'],
  ['-path', '--path'],
  ['-pps', '--pps'],
])

const RENAMED_SWITCHES: ReadonlyMap<string, string> = new Map([
  ['-pretty', '--pretty'],
  ['-unsafeSsl', '--insecure'],
  ['-ssl', '--ssl'],
  ['-import', '--import'],
  ['-compressed', '--compressed'],
  ['-version', '--version'],
  ['-help', '--help'],
])

/** As Go reads them. */
const SWITCH_VALUES: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
])

/** `args` without node and script. */
export function rewriteInfluxFlags(args: readonly string[]): string[] {
  if (!COMMANDS.has(args[0])) return [...args]
  const end = args.includes('--') ? args.indexOf('--') : args.length
  return args.flatMap((arg, index) => (index < end ? rewriteFlag(arg) : [arg]))
}

function rewriteFlag(arg: string): string[] {
  const [name, ...rest] = arg.split('=')
  const value = rest.join('=')
  const switchName = RENAMED_SWITCHES.get(name)
  if (switchName !== undefined && (rest.length === 0 || SWITCH_VALUES.has(value))) {
    return SWITCH_VALUES.get(value) === false ? [] : [switchName]
  }
  const renamed = RENAMED.get(name) ?? switchName
  return [renamed === undefined ? arg : [renamed, ...rest].join('=')]
}
