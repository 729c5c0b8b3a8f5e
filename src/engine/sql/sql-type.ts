/** How DuckDB calls our types. */

import type { ColumnType } from '../domain/column.js'

/** How a column of this type is declared in CREATE TABLE and CAST. */
export const SQL_TYPE = {
  float: 'DOUBLE',
  integer: 'BIGINT',
  unsigned: 'UBIGINT',
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP_NS',
} satisfies Record<ColumnType, string>
