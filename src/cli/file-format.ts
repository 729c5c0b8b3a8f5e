/** Which format a file has, by its name. */

import { OperationError } from './operation-error.js'

export const FILE_FORMATS = ['line', 'influx-export', 'csv', 'parquet', 'jsonl'] as const
export type FileFormat = (typeof FILE_FORMATS)[number]

const FORMAT_OF_ENDING: ReadonlyMap<string, FileFormat> = new Map([
  ['lp', 'line'],
  ['line', 'line'],
  ['txt', 'line'],
  ['export', 'influx-export'],
  ['csv', 'csv'],
  ['parquet', 'parquet'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
])

/** Stdin is line protocol. */
export function formatOfFile(path: string): FileFormat {
  if (path === '-') return 'line'
  const ending = path.replace(/\.gz$/, '').split('.').pop()!.toLowerCase()
  const format = FORMAT_OF_ENDING.get(ending)
  if (format !== undefined) return format
  throw new OperationError(`the name ${path} does not tell its format`, {
    exit: 'usage',
    hint: `add --format ${FILE_FORMATS.join('|')}`,
  })
}
