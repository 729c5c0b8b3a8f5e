/**
 * What InfluxDB refuses about a SELECT before it looks at any data: functions and their arguments, what may stand
 * beside what, GROUP BY, subqueries. The order of the checks decides which of several faults is reported: condition,
 * dimensions, fields, their combination, then subqueries.
 */

import { HyperbyteError } from '../domain/errors.js'
import { localToUtcOf } from '../domain/zone-offset.js'
import type { SelectField, SelectStatement } from './ast.js'
import { checkCondition } from './check-condition.js'
import { checkDimensions } from './check-dimensions.js'
import { FieldChecker } from './check-fields.js'
import { foldSelect } from './fold-select.js'
import { splitTime } from './split-time.js'

/** What a subquery takes from the query around it. */
interface Surroundings {
  readonly intervalNs: bigint
  readonly isDescending: boolean
}

/** Throws `invalid` with the text for `results[i].error`. Types and names of fields are not looked at. */
export function checkSelect(statement: SelectStatement): void {
  checkFolded(foldSelect(statement), null)
}

function checkFolded(statement: SelectStatement, outer: Surroundings | null): void {
  // Whether a condition is in order depends on neither clock nor zone.
  const localToUtc = statement.timeZone === null ? null : localToUtcOf(statement.timeZone)
  const { condition } = splitTime(statement.condition, { nowNs: 0n, localToUtc })
  if (condition !== null) checkCondition(condition)
  const ownIntervalNs = checkDimensions(statement.dimensions)
  const isInherited = outer !== null && ownIntervalNs === 0n && outer.intervalNs !== 0n
  const intervalNs = isInherited ? outer.intervalNs : ownIntervalNs
  const isDescending = checkOrder(statement, outer)
  checkFields(statement, { intervalNs, isInherited, isSubquery: outer !== null })
  for (const source of statement.sources) {
    if (source.kind === 'subquery') checkFolded(source.statement, { intervalNs, isDescending })
  }
}

/** Without ORDER BY a subquery follows the query around it. */
function checkOrder({ sortFields }: SelectStatement, outer: Surroundings | null): boolean {
  if (sortFields.length === 0) return outer?.isDescending ?? false
  const isDescending = !sortFields[0].isAscending
  if (outer !== null && isDescending !== outer.isDescending) {
    throw invalid('subqueries must be ordered in the same direction as the query itself')
  }
  return isDescending
}

interface Grouping {
  readonly intervalNs: bigint
  readonly isInherited: boolean
  readonly isSubquery: boolean
}

function checkFields(statement: SelectStatement, grouping: Grouping): void {
  const fields = statement.fields.filter((field) => !isTime(field))
  const checker = new FieldChecker({
    intervalNs: grouping.intervalNs,
    isAggregateRequired: grouping.intervalNs !== 0n && !grouping.isInherited,
    limit: statement.limit,
    hasTarget: statement.target !== null,
  })
  for (const { expr } of fields) checker.check(expr)
  if (fields.length === 0) throw invalid('at least 1 non-time field must be queried')
  if (checker.callCount === 0) checkWithoutCalls(statement, grouping)
  checkCombination(checker)
}

/** `time` among the fields only names the first column. */
function isTime({ expr }: SelectField): boolean {
  return expr.kind === 'varref' && expr.name === 'time'
}

function checkWithoutCalls(statement: SelectStatement, grouping: Grouping): void {
  const isGrouped = grouping.intervalNs !== 0n && !grouping.isInherited
  // A subquery with an interval drops empty buckets unless told otherwise.
  const implied = grouping.isSubquery && isGrouped ? 'none' : 'null'
  const fill = statement.fill?.kind ?? implied
  if (fill === 'none' || fill === 'linear') throw invalid(`fill(${fill}) must be used with a function`)
  if (isGrouped) throw invalid('GROUP BY requires at least one aggregate function')
}

function checkCombination(checker: FieldChecker): void {
  if (checker.topOrBottom !== null && checker.callCount > 1) {
    throw invalid(`selector function ${checker.topOrBottom}() cannot be combined with other functions`)
  }
  if (checker.hasDistinct && (checker.callCount !== 1 || checker.hasPlainFields)) {
    throw invalid('aggregate function distinct() cannot be combined with other functions or fields')
  }
  if (!checker.hasPlainFields) return
  if (!checker.hasOnlySelectors) throw invalid('mixing aggregate and non-aggregate queries is not supported')
  if (checker.callCount > 1) {
    throw invalid('mixing multiple selector functions with tags or fields is not supported')
  }
}

function invalid(message: string): HyperbyteError {
  return new HyperbyteError('invalid', message)
}
