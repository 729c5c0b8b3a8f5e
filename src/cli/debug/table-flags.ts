/** `--db --rp --measurement`: which tables a debug command is about. */

import { Flags } from '@oclif/core'

export const tableFlags = {
  db: Flags.string({ char: 'd', helpValue: 'NAME', summary: 'Only this database.' }),
  rp: Flags.string({ helpValue: 'NAME', summary: 'Only this retention policy.' }),
  measurement: Flags.string({ char: 'm', helpValue: 'NAME', summary: 'Only this measurement.' }),
}

interface TableFlagValues {
  readonly db?: string
  readonly rp?: string
  readonly measurement?: string
}

export function tableParams({ db, rp, measurement }: TableFlagValues): Record<string, string> {
  return {
    ...(db !== undefined && { db }),
    ...(rp !== undefined && { rp }),
    ...(measurement !== undefined && { measurement }),
  }
}

export function isWantedTable(
  { db, rp, measurement }: TableFlagValues,
  table: { readonly database: string; readonly retention_policy?: string; readonly measurement: string },
): boolean {
  return (
    (db === undefined || table.database === db) &&
    (rp === undefined || table.retention_policy === undefined || table.retention_policy === rp) &&
    (measurement === undefined || table.measurement === measurement)
  )
}
