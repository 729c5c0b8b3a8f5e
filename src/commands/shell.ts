/** InfluxQL line by line, as in the `influx` shell; on a terminal, or from stdin and `--execute` for scripts. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { databaseFlags } from '../cli/connection-flags.js'
import { targetFlags, withTarget } from '../cli/open-target.js'
import { parseDurationFlag } from '../cli/parse-duration-flag.js'
import { readWholeFile } from '../cli/read-input.js'
import { askHidden } from '../cli/read-new-password.js'
import { importForShell } from '../cli/shell/import-for-shell.js'
import { CONSISTENCIES, FORMATS, PRECISIONS } from '../cli/shell/meta-command.js'
import { type OpenShell, runShellOnTerminal, runShellScript, shellVersion } from '../cli/shell/open-shell.js'
import { SHELL_DEFAULTS } from '../cli/shell/shell-settings.js'
import { splitScript } from '../cli/shell/split-input.js'

/** What `--ssl` without a host means. */
const LOCAL_HOST = '127.0.0.1'

export default class Shell extends BaseCommand {
  // A shell is for people and for scripts written for the influx shell; `query --json` is for programs.
  static override enableJsonFlag = false
  static override summary = 'Type InfluxQL line by line'
  static override description =
    `Takes the commands of the \`influx\` shell (use, insert, format, precision, …) and its flags with one dash. Type help in it. Reads from stdin when that is no terminal.

EXIT CODES
  0 done   1 a statement failed   2 a command of the shell is wrong   4 server unreachable   5 not allowed
  6 no such database   9 a server holds the data directory   130 ended with Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> -d telegraf',
    `<%= config.bin %> <%= command.id %> -host db1 -database telegraf -execute 'SELECT last(usage_idle) FROM cpu' -precision rfc3339`,
    `echo 'SHOW DATABASES' | <%= config.bin %> <%= command.id %> --format csv`,
    '<%= config.bin %> <%= command.id %> -import -path telegraf.export -pps 100000',
  ]
  static override flags = {
    ...targetFlags,
    ...databaseFlags,
    timeout: Flags.custom<number>({ parse: parseDurationFlag })({
      default: 0,
      defaultHelp: async () => 'none',
      helpGroup: 'CONNECTION',
      helpValue: 'DURATION',
      summary: 'Longest wait for the server.',
    }),
    execute: Flags.string({ char: 'e', helpValue: 'TEXT', summary: 'Run this and end.' }),
    format: Flags.option({ options: FORMATS })({
      default: SHELL_DEFAULTS.format,
      summary: 'How to print answers.',
    }),
    precision: Flags.option({ options: PRECISIONS })({
      default: SHELL_DEFAULTS.precision,
      summary: 'Unit of times in answers and in inserted points.',
    }),
    consistency: Flags.option({ options: CONSISTENCIES })({
      default: SHELL_DEFAULTS.consistency,
      hidden: true,
      summary: 'Taken for scripts written for the influx shell.',
    }),
    pretty: Flags.boolean({ default: false, summary: 'Indent the JSON.' }),
    import: Flags.boolean({
      helpGroup: 'SOURCE',
      summary: 'Import what `influx_inspect export` wrote, and end; `import` has more to choose from.',
    }),
    path: Flags.string({ helpGroup: 'SOURCE', helpValue: 'FILE', summary: 'The file; gzip or not.' }),
    pps: Flags.integer({
      default: 0,
      min: 0,
      helpGroup: 'SOURCE',
      helpValue: 'N',
      summary: 'At most so many points per second; 0 is no limit.',
    }),
    compressed: Flags.boolean({ hidden: true, summary: 'Not needed: a gzip file is known by its content.' }),
    ssl: Flags.boolean({ hidden: true, summary: 'Use https for hosts without a scheme.' }),
    'path-prefix': Flags.string({ hidden: true, summary: 'Path behind host and port.' }),
    type: Flags.option({ options: ['influxql'] as const })({ hidden: true, summary: 'The language; there is one.' }),
    version: Flags.boolean({ hidden: true, summary: 'Print the version and end.' }),
  }

  async run() {
    const { flags } = await this.parse(Shell)
    if (flags.version) {
      this.log(shellVersion(this.config.version))
      return
    }
    const password = flags.password === '' ? await askHidden('password: ') : flags.password
    const connection = { ...flags, host: hostsOf(flags), password }
    if (flags.import) {
      const { text, notes, exitCode } = await importForShell(connection)
      process.stdout.write(text)
      for (const note of notes) this.note(note)
      process.exitCode = exitCode
      return
    }
    const shell: OpenShell = {
      connection,
      version: this.config.version,
      settings: {
        ...SHELL_DEFAULTS,
        database: flags.database ?? '',
        retentionPolicy: flags.rp ?? '',
        format: flags.format,
        precision: flags.precision,
        consistency: flags.consistency,
        isPretty: flags.pretty,
      },
    }
    const isInteractive = flags.execute === undefined && process.stdin.isTTY === true && process.stdout.isTTY === true
    if (isInteractive) {
      process.exitCode = await withTarget(connection, (target) => runShellOnTerminal(target, shell))
      return
    }
    const inputs = splitScript(flags.execute ?? (await readWholeFile('-')))
    await withTarget(connection, (target) => runShellScript(target, shell, inputs))
  }
}

interface HostFlagValues {
  readonly host?: readonly string[]
  readonly ssl: boolean
  readonly 'path-prefix'?: string
}

/** undefined: the default. */
function hostsOf({ host, ssl, 'path-prefix': prefix = '' }: HostFlagValues): readonly string[] | undefined {
  const scheme = ssl ? 'https://' : ''
  const path = prefix.replace(/^\/*(?=.)/, '/')
  if (host === undefined && scheme + path === '') return undefined
  return (host ?? [LOCAL_HOST]).map((each) => (each.includes('://') ? each : scheme + each) + path)
}
