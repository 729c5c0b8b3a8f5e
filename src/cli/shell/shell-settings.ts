/** What a session remembers between two lines, and how it shows it. */

import { alignCells } from './align-cells.js'
import type { ShellFormat } from './format-results.js'
import type { Consistency, Precision } from './meta-command.js'

export interface ShellSettings {
  readonly database: string
  /** '' = the database's default. */
  readonly retentionPolicy: string
  readonly precision: Precision
  readonly format: ShellFormat
  readonly consistency: Consistency
  readonly isPretty: boolean
  readonly isChunked: boolean
  /** 0 = the server's default. */
  readonly chunkRowCount: number
  readonly isTiming: boolean
}

export const SHELL_DEFAULTS: ShellSettings = {
  database: '',
  retentionPolicy: '',
  precision: 'ns',
  format: 'column',
  consistency: 'all',
  isPretty: false,
  isChunked: true,
  chunkRowCount: 0,
  isTiming: false,
}

export interface ConnectionNames {
  readonly host: string
  readonly username: string
}

export function renderSettings(settings: ShellSettings, { host, username }: ConnectionNames): string {
  const rows = [
    ['Setting', 'Value'],
    ['--------', '--------'],
    ['Host', host],
    ['Username', username],
    ['Database', settings.database],
    ['RetentionPolicy', settings.retentionPolicy],
    ['Pretty', settings.isPretty],
    ['Format', settings.format],
    ['Write Consistency', settings.consistency],
    ['Chunked', settings.isChunked],
    ['Chunk Size', settings.chunkRowCount],
    ['Precision', settings.precision],
    ['Timing', settings.isTiming],
  ]
  return `${alignCells(rows.map((row) => `${row.join('\t')}\n`).join(''))}\n`
}

export const SHELL_HELP = `Usage:
        connect <host:port>   connects to another server
        auth                  prompts for username and password
        use <db_name>         sets current database; use <db_name>.<rp_name> the retention policy as well
        insert <point>        writes a point in line protocol; insert into <rp_name> <point>
        format <format>       json, csv, column or vertical; \\G behind a statement prints it vertically, once
        precision <format>    rfc3339, h, m, s, ms, u or ns, for times in answers and in points
        pretty                toggles indentation of the json format
        chunked               toggles answers in pieces
        chunk size <size>     rows in a piece; 0 is the server's default
        consistency <level>   any, one, quorum or all
        timing                toggles the time that a statement took
        history               the lines typed so far
        settings              all of these settings
        clear                 forgets database or retention policy; type 'clear' for help
        exit/quit/ctrl+d      ends the shell

        show databases        show measurements        show series
        show tag keys         show field keys          show retention policies

        Enter runs a line. It goes on with the next one inside quotes or parentheses, or after a backslash at its end;
        an empty line ends it all the same.
        Tab completes. Ctrl-C stops a statement that runs.
`
