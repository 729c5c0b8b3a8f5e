/** The rows of a SELECT as typed columns, up to a limit; the query ends where it runs when nobody reads on. */

import type { Target } from '../../client/target.js'
import { type FieldType, type PointColumns, printStatement } from '../../engine/index.js'
import type { RowLimit } from './row-limit.js'
import type { SelectStatement } from './typed-select.js'

export interface TypedRowsOptions {
  readonly select: SelectStatement
  readonly database: string
  /** As in `ReadCall`. */
  readonly declared: ReadonlyMap<string, readonly FieldType[]>
  readonly limit: RowLimit
}

export async function* readTypedRows(
  target: Target,
  { select, database, declared, limit }: TypedRowsOptions,
): AsyncGenerator<PointColumns> {
  const controller = new AbortController()
  const text = printStatement(bounded(select, limit))
  try {
    for await (const points of target.readColumns({ text, database, types: declared, signal: controller.signal })) {
      const rowCount = limit.take(points.rowCount)
      if (rowCount > 0) yield { ...points, rowCount, fields: points.fields.filter(hasValue) }
      if (limit.isPassed) return
    }
  } finally {
    controller.abort()
  }
}

/** Without a value there is no type either: what a column without any is called is no more than a guess. */
function hasValue({ validity }: PointColumns['fields'][number]): boolean {
  return validity === null || validity.some((word) => word !== 0)
}

/** No series can give more rows than are shown of all of them, and one that tells that there are more. */
function bounded(select: SelectStatement, { rowCountMax }: RowLimit): SelectStatement {
  if (rowCountMax === Number.POSITIVE_INFINITY) return select
  return { ...select, limit: Math.min(select.limit === 0 ? Number.POSITIVE_INFINITY : select.limit, rowCountMax + 1) }
}
