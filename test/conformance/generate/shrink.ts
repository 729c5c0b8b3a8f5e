/**
 * Makes a failure small: drops clauses of the statement, then lines of the data, as long as the two servers still
 * differ. `differs` is asked for each attempt and must be repeatable.
 */

import type { Statement } from './generate-statement.js'

const LISTS = ['tail', 'dimensions', 'conditions', 'columns', 'sources'] as const

export async function shrinkStatement(
  statement: Statement,
  differs: (candidate: Statement) => Promise<boolean>,
): Promise<Statement> {
  for (const list of LISTS) {
    for (let at = statement[list].length - 1; at >= 0; at--) {
      const candidate = { ...statement, [list]: statement[list].filter((_, index) => index !== at) }
      if (isAskable(candidate) && (await differs(candidate))) statement = candidate
    }
  }
  return statement
}

/** Windows without bounds would reach to the present: millions of empty buckets. */
function isAskable({ head, columns, sources, conditions, dimensions }: Statement): boolean {
  const isSelect = head === 'SELECT'
  const isBounded = conditions.filter((condition) => condition.startsWith('time ')).length > 1
  const hasWindow = dimensions.some((dimension) => dimension.startsWith('time('))
  return (!isSelect || (columns.length > 0 && sources.length > 0)) && (isBounded || !hasWindow)
}

/** Drops ever smaller runs of lines. */
export async function shrinkLines(
  lines: readonly string[],
  differs: (candidate: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  for (let size = Math.ceil(lines.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < lines.length && lines.length > 1; ) {
      const candidate = [...lines.slice(0, start), ...lines.slice(start + size)]
      if (candidate.length > 0 && (await differs(candidate))) lines = candidate
      else start += size
    }
  }
  return lines
}
