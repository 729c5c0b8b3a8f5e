/** The dashboard: a screen on a terminal, one picture on a pipe, JSON for scripts. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { serverFlags } from '../cli/connection-flags.js'
import { parseDurationFlag } from '../cli/parse-duration-flag.js'
import { VIEW_IDS } from '../tui/model/view-id.js'

export default class Top extends BaseCommand {
  static override summary = 'Watch a server: traffic, nodes, data, queries, storage, jobs, log'
  static override description =
    `Nine views, keys 1 to 9; ? shows the keys. On a pipe, with TERM=dumb or CI=true it prints one picture and ends.

An InfluxDB 1.x server fills the views 1, 5 and 6.

EXIT CODES
  0 done   2 wrong flag   4 server unreachable   5 not allowed   8 --check: the server is not healthy`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --host http://db1:8086 --host http://db2:8086 --view queries',
    '<%= config.bin %> <%= command.id %> --once --json',
    '<%= config.bin %> <%= command.id %> --jsonl --count 10 --refresh 1s',
    '<%= config.bin %> <%= command.id %> --record incident.jsonl',
    '<%= config.bin %> <%= command.id %> --replay incident.jsonl',
  ]
  static override flags = {
    ...serverFlags,
    view: Flags.option({ options: VIEW_IDS })({ default: 'overview' as const, summary: 'View to begin with.' }),
    refresh: Flags.custom<number>({ parse: parseDurationFlag })({
      default: 2000,
      defaultHelp: async () => '2s',
      helpValue: 'DURATION',
      summary: 'Time between two samples, 500ms at least.',
    }),
    sort: Flags.string({ helpValue: 'COLUMN[:desc]', summary: 'Column to sort the first view by.' }),
    filter: Flags.string({ helpValue: 'EXPR', summary: 'text, !text, column:text, column>10k; spaces between.' }),
    readonly: Flags.boolean({ summary: 'No action that changes the server.' }),
    once: Flags.boolean({ summary: 'Measure for one refresh, print, end.' }),
    check: Flags.boolean({ summary: 'With --once: exit code 8 when the server is not healthy.' }),
    jsonl: Flags.boolean({ summary: 'One document for each refresh, a line each.', exclusive: ['json'] }),
    count: Flags.integer({
      min: 1,
      dependsOn: ['jsonl'],
      helpValue: 'N',
      summary: 'Documents after which --jsonl ends.',
    }),
    record: Flags.string({ helpValue: 'FILE', summary: 'Write every sample to this file.', exclusive: ['replay'] }),
    replay: Flags.string({ helpValue: 'FILE', summary: 'Look at a recording; left and right move in time.' }),
    charts: Flags.option({ options: ['block', 'braille', 'ascii'] as const })({
      default: 'block' as const,
      summary: 'Characters that charts are made of.',
    }),
    palette: Flags.option({ options: ['default', 'cb', 'mono'] as const })({
      default: 'default' as const,
      summary: "The terminal's colours, colours for every kind of colour vision, or none.",
    }),
    mouse: Flags.boolean({ allowNo: true, summary: 'Clicks and wheel; on unless this is an SSH session.' }),
    altscreen: Flags.boolean({ default: true, allowNo: true, summary: "Use the terminal's second screen." }),
    compact: Flags.boolean({ summary: 'No lines between the parts.' }),
  }

  async run() {
    const { flags } = await this.parse(Top)
    // React checks far more, and far slower, without it.
    process.env['NODE_ENV'] ??= 'production'
    const { runTop } = await import('../cli/run-top.js')
    const { exitCode, document } = await runTop(flags, { isJson: this.jsonEnabled() })
    if (exitCode !== 0) process.exitCode = exitCode
    return document
  }
}
