/**
 * The `influx` shell takes long flags with one dash (`-database x`), which oclif would read as a row of short ones. For
 * the commands that stand in for the shell these are given their second dash; everything else passes unchanged.
 */

const COMMANDS: ReadonlySet<string> = new Set(['query', 'write', 'shell'])

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['-host', '--host'],
  ['-port', '--port'],
  ['-database', '--database'],
  ['-username', '--username'],
  ['-password', '--password'],
  ['-precision', '--precision'],
  ['-execute', '--execute'],
  ['-format', '--format'],
  ['-pretty', '--pretty'],
  ['-socket', '--unix-socket'],
  ['-unsafeSsl', '--insecure'],
  ['-ssl', '--ssl'],
  ['-consistency', '--consistency'],
])

/** `args` without node and script. */
export function rewriteInfluxFlags(args: readonly string[]): string[] {
  if (!COMMANDS.has(args[0])) return [...args]
  const end = args.includes('--') ? args.indexOf('--') : args.length
  return args.map((arg, index) => (index < end ? rewriteFlag(arg) : arg))
}

function rewriteFlag(arg: string): string {
  const [name, ...value] = arg.split('=')
  const renamed = RENAMED.get(name)
  return renamed === undefined ? arg : [renamed, ...value].join('=')
}
