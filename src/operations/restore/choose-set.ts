/** Which set a restore takes: the newest, a named one, or the newest that is not after a moment. */

import { BackupError } from '../backup/backup-error.js'
import type { Manifest } from '../backup/repository/manifest.js'
import type { Repository } from '../backup/repository/repository.js'
import { parseTimeNs } from '../backup/set-id.js'

export type SetChoice =
  | { readonly kind: 'latest' }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'at'; readonly timeNs: bigint }

export async function chooseSet(repository: Repository, choice: SetChoice): Promise<Manifest> {
  if (choice.kind === 'id') return await repository.manifest(choice.id)
  const sets = (await repository.completeSets()).reverse()
  const manifests: Manifest[] = []
  for (const { id } of sets) {
    const manifest = await repository.manifest(id)
    if (choice.kind === 'latest' || parseTimeNs(manifest.time) <= choice.timeNs) manifests.push(manifest)
  }
  const location = repository.store.location
  if (manifests.length === 0) {
    const reason = choice.kind === 'at' && sets.length > 0 ? 'has no set from before that time' : 'has no complete set'
    throw new BackupError('missing', `${location} ${reason}`, { hint: `hyperbyte backup list --repo ${location}` })
  }
  refuseMixture(manifests)
  return manifests[0]
}

/** The newest of two different databases is not what anybody means. */
function refuseMixture(manifests: readonly Manifest[]): void {
  const instances = new Set(manifests.map(({ instance }) => instance))
  if (instances.size === 1) return
  throw new BackupError('usage', `the repository holds sets of ${instances.size} different databases`, {
    hint: 'name one with --set ID; hyperbyte backup list shows them',
  })
}
