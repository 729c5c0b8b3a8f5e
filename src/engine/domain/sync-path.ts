/** Files and directories that survive a power loss. */

import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** From here on, what was written to a file, or which names a directory has, is there for good. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a directory and those above it. Returns the directories that have a new name thereby, to be synced in time. */
export async function makeDirectory(path: string): Promise<string[]> {
  const directory = resolve(path)
  const first = await mkdir(directory, { recursive: true })
  const changed: string[] = []
  if (first === undefined) return changed
  for (let made = directory; made.length >= first.length; made = dirname(made)) changed.push(dirname(made))
  return changed
}
