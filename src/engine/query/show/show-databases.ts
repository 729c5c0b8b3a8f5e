/** SHOW DATABASES: those that the user may see, in order of creation. */

import type { Catalog, QueryAuthorizer } from '../catalog.js'
import type { SeriesFrame } from '../result.js'
import { listFrame, textColumn } from '../text-frame.js'

export function* showDatabases(context: {
  readonly catalog: Catalog
  readonly authorizer: QueryAuthorizer | null
}): Iterable<SeriesFrame> {
  const { catalog, authorizer } = context
  const names = [...catalog.meta.databases.keys()]
  const visible = authorizer === null ? names : names.filter((name) => authorizer.isDatabaseVisible(name))
  yield listFrame('databases', [textColumn('name', visible)])
}
