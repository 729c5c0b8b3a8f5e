/** From here on, what was written to a file, or which names a directory has, survives a power loss. */

import { open } from 'node:fs/promises'

export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
