/**
 * Under which heading help shows a flag. Flags that a group of commands shares say it themselves (`helpGroup`); for the
 * others the name decides, so that one name stands in one place everywhere. Groups print in the order they have here.
 */

export const FLAG_GROUPS = ['WHAT', 'SOURCE', 'WHERE', 'CONNECTION', 'HOW', 'RETENTION', 'OUTPUT', 'GLOBAL'] as const

const WHAT = [
  'by',
  'column',
  'count',
  'database',
  'db',
  'end',
  'execute',
  'file',
  'filter',
  'from',
  'from-dir',
  'from-export',
  'kill',
  'level',
  'log',
  'measurement',
  'node',
  'param',
  'privilege',
  'range',
  'redo',
  'rp',
  'rp-duration',
  'rp-name',
  'sample',
  'set',
  'shard-duration',
  'since',
  'start',
  'top',
  'type',
  'until',
  'users',
  'view',
  'where',
]

const WHERE = [
  'bind',
  'config',
  'data-dir',
  'insecure',
  'out',
  'plan',
  'point',
  'line',
  'profile',
  'replay',
  'save',
  'script',
  'state',
  'to-database',
]

const OUTPUT = [
  'charts',
  'check-format',
  'compact',
  'compress',
  'defaults',
  'epoch',
  'errors-file',
  'format',
  'jsonl',
  'log-format',
  'log-level',
  'max-rows',
  'mouse',
  'altscreen',
  'once',
  'origin',
  'palette',
  'partition',
  'pretty',
  'record',
  'redact',
  'rows',
  'sort',
  'tree',
  'watch',
]

const GROUP_OF_NAME: ReadonlyMap<string, string> = new Map([
  ...WHAT.map((name) => [name, 'WHAT'] as const),
  ...WHERE.map((name) => [name, 'WHERE'] as const),
  ...OUTPUT.map((name) => [name, 'OUTPUT'] as const),
])

/** What neither a flag nor its name places is about how the work is done. */
export function groupOfFlag({ name, helpGroup }: { readonly name: string; readonly helpGroup?: string }): string {
  return helpGroup ?? GROUP_OF_NAME.get(name) ?? 'HOW'
}

/** Groups that commands made themselves come before the shared ones that every command has. */
export function orderOfGroup(group: string): number {
  const index = (FLAG_GROUPS as readonly string[]).indexOf(group)
  return index === -1 ? 0.5 : index
}

/** oclif has words of its own for `--json`. */
export function summaryOfFlag(flag: {
  readonly name: string
  readonly summary?: string
  readonly description?: string
}): string {
  if (flag.name === 'json') return 'Print one document, its form named by `schema`, in place of text.'
  return flag.summary ?? flag.description ?? ''
}
