/**
 * What flows between operators. `Rows` are raw points of one group, in time order of the query's direction; a `Series`
 * is what one call makes of a group: points in the same order, where an invalid value is a point that is there but
 * null (a standard deviation of one value). No operator changes arrays it was given.
 */

import type { Column } from '../../domain/column.js'

export interface Rows {
  readonly rowCount: number
  readonly times: BigInt64Array
  /** One per reference of the plan. */
  readonly columns: readonly Column[]
}

export interface Series {
  readonly count: number
  readonly times: BigInt64Array
  readonly column: Column
  /** For a lone selector: the other selected fields and tags of the chosen points. */
  readonly auxiliary: readonly Column[]
}
