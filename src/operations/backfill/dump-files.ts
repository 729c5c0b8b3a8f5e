/** What of a dump can be loaded: the files of the slices that its journal calls done, in the order of the journal. */

import { join } from 'node:path'
import type { LineFile } from '../transfer/import-line-files.js'
import { doneSlices } from './journal.js'
import type { StateDirectory } from './state-directory.js'

/** `database`: where to load it to. */
export function dumpFiles(dump: StateDirectory, database: string): LineFile[] {
  return doneSlices(dump.readJournal())
    .filter(({ file, rowCount }) => file !== undefined && rowCount > 0)
    .map(({ file, retentionPolicy }) => ({
      path: join(dump.path, file!),
      context: { section: 'dml', database, retentionPolicy },
    }))
}
