import type { Catalog, QueryRequest } from './catalog.js'
import type { Pace } from './pace.js'

/** What a SELECT runs in. */
export interface SelectContext {
  readonly catalog: Catalog
  readonly request: QueryRequest
  readonly pace: Pace
}
