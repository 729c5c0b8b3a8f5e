/** What holds rows: a measurement in a retention policy of a database. The key is unambiguous for any names. */

export interface TableName {
  readonly database: string
  readonly retentionPolicy: string
  readonly measurement: string
}

export function tableKey(table: TableName): string {
  return JSON.stringify([table.database, table.retentionPolicy, table.measurement])
}
