/** Flags of everything that puts files into a database. */

import { Flags } from '@oclif/core'
import { progressFlags } from './progress/progress-reporter.js'

export const importFlags = {
  gzip: Flags.boolean({ summary: 'Compress what is sent to a server.' }),
  jobs: Flags.integer({
    char: 'j',
    default: 1,
    min: 1,
    max: 64,
    helpValue: 'N',
    summary: 'Files to read at the same time; of one point in two of them either may stay.',
  }),
  rate: Flags.integer({ min: 1, helpValue: 'LINES', summary: 'At most so many lines or rows per second.' }),
  'errors-file': Flags.string({ helpValue: 'FILE', summary: 'Append refused points there, with reasons.' }),
  'max-errors': Flags.string({ helpValue: 'N|P%', summary: 'Give up when more than this is refused.' }),
  'dry-run': Flags.boolean({ summary: 'Read and count, write nothing.' }),
  ...progressFlags,
}
