/**
 * `--format line`: rows of a SELECT → line protocol, as they arrive. A point is written as it is stored or not at all: what
 * the answer does not tell for sure, a type or a tag, ends the command rather than being guessed.
 */

import { encodeLines } from '../../client/encode-line-protocol.js'
import type { QueryCall } from '../../client/http-client.js'
import type { Target } from '../../client/target.js'
import type { FieldType, PointColumns } from '../../engine/index.js'
import { OperationError } from '../operation-error.js'
import type { AnswerSink } from './answer-sink.js'
import { readTypedRows } from './read-typed-rows.js'
import type { RowLimit } from './row-limit.js'
import {
  type ColumnTypes,
  checkPoints,
  columnNames,
  parseTypedSelect,
  readColumnTypes,
  type SelectStatement,
} from './typed-select.js'

/** Resolves with how many rows have no spelling in line protocol, whole or in part. */
export async function writeLines(
  target: Target,
  call: QueryCall,
  { sink, limit }: { readonly sink: AnswerSink; readonly limit: RowLimit },
): Promise<number> {
  const select = parseTypedSelect(call, 'line')
  checkPoints(select)
  const types = await readColumnTypes(target, select, call.database)
  checkNames(select, types)
  const declared = new Map([...types].map(([name, set]) => [name, [...set]]))
  let lostCount = 0
  for await (const points of readTypedRows(target, { select, database: call.database, declared, limit })) {
    checkTypes(points, types)
    const { lines, unspelledCount } = encodeLines(points)
    lostCount += unspelledCount
    if (lines.length > 0 && !(await sink.write(lines.join('\n') + '\n'))) break
  }
  return lostCount
}

/** Before anything is written: the first rows may be of a series that does not have the tag. */
function checkNames(select: SelectStatement, types: ColumnTypes): void {
  const unknown = columnNames(select).find((name) => !types.has(name))
  if (types.size > 0 && unknown !== undefined) throw notField(unknown)
}

function checkTypes({ fields }: PointColumns, types: ColumnTypes): void {
  for (const { name, type } of fields) {
    const stored = types.get(name)
    if (stored === undefined) throw notField(name)
    const [only] = stored
    if (stored.size > 1 || only !== type) throw ambiguous(name, stored, type)
  }
}

function notField(name: string): OperationError {
  return new OperationError(`the column "${name}" is no field of what is asked, and may be a tag`, {
    exit: 'usage',
    hint: 'GROUP BY * brings the tags; select fields only',
  })
}

function ambiguous(name: string, stored: ReadonlySet<FieldType>, answered: FieldType): OperationError {
  const types = [...new Set([...stored, answered])]
  return new OperationError(
    `the field "${name}" is ${types.join(' in some places and ')} in others, and an answer has one type`,
    {
      exit: 'conflict',
      hint: `ask for one measurement at a time, or say which type: "${name}"::${answered}`,
    },
  )
}
