/**
 * A file of this machine → another, copied by the kernel and then read back: what is compared with the hash is what will be
 * read one day, and the bytes pass through this process once. The copy is synced while it is read.
 */

import { copyFile, type FileHandle, open, rm } from 'node:fs/promises'

const READ_BYTES = 2 ** 20

/** Leaves nothing behind when `check` throws; it reads the whole copy, in pieces that are good until the next one. */
export async function copyFileChecked(
  source: string,
  target: string,
  check: (copy: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  try {
    await copyFile(source, target)
    const handle = await open(target, 'r')
    try {
      await Promise.all([handle.sync(), check(piecesOf(handle))])
    } finally {
      await handle.close()
    }
  } catch (error) {
    await rm(target, { force: true })
    throw error
  }
}

/** In one buffer: a new one for each piece costs as much as reading into it. */
async function* piecesOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
