/** What the registry knows about one tombstone: what it hides, and in which files it still does. */

import type { Tombstone } from '../domain/tombstone.js'

export interface TombstoneEntry extends Tombstone {
  /** Never empty: without files a tombstone is forgotten. */
  readonly fileIds: ReadonlySet<number>
}

export type TombstoneChange =
  | { readonly kind: 'put-tombstone'; readonly tombstone: TombstoneEntry }
  | { readonly kind: 'remove-tombstone'; readonly tombstone: Pick<TombstoneEntry, 'id'> }
