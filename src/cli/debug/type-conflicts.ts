/** Field types by shard group → the fields that have more than one, with the times of each. Pure. */

import type { DebugFieldType, DebugTable } from '../../client/debug-documents.js'

export interface TypeConflict extends DebugTable {
  readonly field: string
  /** In the order of their first shard group. */
  readonly types: readonly { readonly type: string; readonly first: string; readonly last: string }[]
}

export function findTypeConflicts(facts: readonly DebugFieldType[]): TypeConflict[] {
  const fields = new Map<string, DebugFieldType[]>()
  for (const fact of facts) {
    const key = JSON.stringify([fact.database, fact.retention_policy, fact.measurement, fact.field])
    const known = fields.get(key)
    if (known === undefined) fields.set(key, [fact])
    else known.push(fact)
  }
  return [...fields.values()].map(toConflict).filter(({ types }) => types.length > 1)
}

function toConflict(facts: readonly DebugFieldType[]): TypeConflict {
  const [{ database, retention_policy, measurement, field }] = facts
  const spans = new Map<string, { type: string; first: string; last: string }>()
  for (const { type, start, end } of [...facts].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const span = spans.get(type)
    if (span === undefined) spans.set(type, { type, first: start, last: end })
    else if (end > span.last) span.last = end
  }
  return { database, retention_policy, measurement, field, types: [...spans.values()] }
}
