/** What a SHOW statement may look at. */

import type { Catalog, QueryAuthorizer } from '../catalog.js'

export interface ShowContext {
  readonly catalog: Catalog
  /** The request's defaults; '' = none. */
  readonly database: string
  readonly retentionPolicy: string
  readonly nowNs: bigint
  readonly authorizer: QueryAuthorizer | null
  readonly signal: AbortSignal
}
