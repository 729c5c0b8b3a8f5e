/**
 * A SELECT whose rows are wanted with the type of each value, for line protocol and Parquet: the statement as a tree, and
 * for each of its columns the types that the fields behind it are stored in. JSON alone does not tell 1.0 from 1.
 */

import type { QueryCall } from '../../client/http-client.js'
import type { Target } from '../../client/target.js'
import { parseBindParams } from '../../daemon/http/parse-bind-params.js'
import { type FieldType, parseQuery, printStatement, type Statement } from '../../engine/index.js'
import { ask } from '../../operations/ask.js'
import { OperationError } from '../operation-error.js'

export type SelectStatement = Extract<Statement, { kind: 'select' }>
type SelectField = SelectStatement['fields'][number]
type Source = SelectStatement['sources'][number]
type Expr = SelectField['expr']

export type TypedFormat = 'line' | 'parquet'

/** By name of a column; more than one type where measurements or shards disagree. */
export type ColumnTypes = ReadonlyMap<string, ReadonlySet<FieldType>>

const FIELD_TYPES: ReadonlySet<string> = new Set<FieldType>(['float', 'integer', 'unsigned', 'string', 'boolean'])

/** Parameters are put in, and the policy of `--rp` where none is named. Throws what is wrong with anything else than one SELECT. */
export function parseTypedSelect(call: QueryCall, format: TypedFormat): SelectStatement {
  const [statement, second] = parseQuery(call.text, parseBindParams(call.paramsJson))
  if (statement?.kind !== 'select' || statement.target !== null || second !== undefined) {
    throw new OperationError(`--format ${format} holds the rows of one SELECT, and of nothing else`, {
      exit: 'usage',
      hint: '--format jsonl takes any statements; SELECT … INTO stores its rows by itself',
    })
  }
  const { retentionPolicy } = call
  return { ...statement, sources: statement.sources.map((source) => inPolicy(source, retentionPolicy)) }
}

function inPolicy(source: Source, retentionPolicy: string): Source {
  const isOpen = source.kind === 'measurement' && source.database === '' && source.retentionPolicy === ''
  return isOpen ? { ...source, retentionPolicy } : source
}

/** Throws unless every row of the answer is a point, or a part of one, as it is stored: fields by name, and all of its tags. */
export function checkPoints(select: SelectStatement): void {
  const computed = select.fields.find(({ expr }) => !isStored(expr))
  if (computed !== undefined) {
    throw refuse(`"${textOf(computed)}" is no field as it is stored`, 'select fields by name, or *')
  }
  const names = columnNames(select)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw refuse(`"${twice}" is selected twice`, 'select each field once')
  if (names.includes('time')) throw refuse('no field can be named "time"', 'another name behind AS')
  if (select.sources.some(({ kind }) => kind === 'subquery')) {
    throw refuse('a subquery has no points', 'select from a measurement')
  }
  if (select.dimensions.some(({ kind }) => kind === 'wildcard')) return
  const whole = printStatement({ ...select, dimensions: [{ kind: 'wildcard', type: null }] })
  throw refuse('without GROUP BY * the rows do not tell their tags', `-e '${whole.replaceAll("'", "'\\''")}'`)
}

function refuse(reason: string, hint: string): OperationError {
  return new OperationError(`--format line writes points as they are stored, and ${reason}`, { exit: 'usage', hint })
}

/** Fields, though `*` and a name may turn out to be a tag. */
function isStored(expr: Expr): boolean {
  if (expr.kind === 'varref') return expr.type !== 'tag' && expr.name !== 'time'
  return expr.kind === 'regex' || (expr.kind === 'wildcard' && expr.type !== 'tag')
}

/** Of the columns that are selected by name. */
export function columnNames({ fields }: SelectStatement): string[] {
  return fields.filter(({ expr }) => expr.kind === 'varref').map(nameOf)
}

function nameOf({ expr, alias }: SelectField): string {
  return alias === '' && expr.kind === 'varref' ? expr.name : alias
}

function textOf(field: SelectField): string {
  const only: SelectStatement = { ...EMPTY_SELECT, fields: [field] }
  return printStatement(only).replace(/^SELECT /, '')
}

const EMPTY_SELECT: SelectStatement = {
  kind: 'select',
  fields: [],
  target: null,
  sources: [],
  condition: null,
  dimensions: [],
  fill: null,
  sortFields: [],
  limit: 0,
  offset: 0,
  seriesLimit: 0,
  seriesOffset: 0,
  timeZone: null,
}

/** Types of the columns that are stored fields; of what is computed, or selected from a subquery, nothing is known. */
export async function readColumnTypes(
  target: Target,
  select: SelectStatement,
  database: string,
): Promise<Map<string, Set<FieldType>>> {
  const stored = await readFieldTypes(target, select, database)
  const columns = new Map<string, Set<FieldType>>()
  const isAll = select.fields.some(({ expr }) => expr.kind === 'wildcard' || expr.kind === 'regex')
  if (isAll) for (const [name, types] of stored) columns.set(name, types)
  for (const field of select.fields) {
    const { expr } = field
    if (expr.kind !== 'varref') continue
    // A cast says the type itself.
    const types = FIELD_TYPES.has(expr.type ?? '') ? new Set([expr.type as FieldType]) : stored.get(expr.name)
    if (types !== undefined) columns.set(nameOf(field), types)
  }
  return columns
}

async function readFieldTypes(
  target: Target,
  { sources }: SelectStatement,
  database: string,
): Promise<Map<string, Set<FieldType>>> {
  const stored = new Map<string, Set<FieldType>>()
  for (const source of sources) {
    if (source.kind !== 'measurement') continue
    const text = printStatement({
      kind: 'show-field-keys',
      database: source.database,
      sources: [{ ...source, database: '' }],
      condition: null,
      sortFields: [],
      limit: 0,
      offset: 0,
    })
    for (const { values } of await ask(target, text, database)) {
      const name = String(values['fieldKey'])
      stored.set(name, (stored.get(name) ?? new Set()).add(values['fieldType'] as FieldType))
    }
  }
  return stored
}
