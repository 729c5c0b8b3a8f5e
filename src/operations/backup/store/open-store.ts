/** `--repo` → the place it names. */

import { BackupError } from '../backup-error.js'
import type { BlobStore } from './blob-store.js'
import { DirectoryStore } from './directory-store.js'

export function openStore(location: string): BlobStore {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]
  if (scheme === undefined) return new DirectoryStore(location)
  if (scheme === 'file') return new DirectoryStore(new URL(location).pathname)
  throw new BackupError('usage', `${location} is no repository: ${scheme} is not known`, {
    hint: '--repo /backup/hyperbyte',
  })
}
