/** The bytes a command was given, from its argument, a file or stdin, in pieces of text. */

import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { fileFailure } from './file-failure.js'

/** `-` is stdin; a name that ends in `.gz` is unpacked. A byte order mark in front is left out. */
export async function* readFilePieces(path: string): AsyncGenerator<string> {
  const source: Readable = path === '-' ? process.stdin : createReadStream(path)
  const input = path.endsWith('.gz') ? source.pipe(createGunzip()) : source
  // Errors of a file do not travel through a pipe by themselves.
  if (input !== source) source.on('error', (error) => input.destroy(error))
  input.setEncoding('utf8')
  let isFirst = true
  try {
    for await (const piece of input) {
      const text = piece as string
      yield isFirst && text.startsWith('\ufeff') ? text.slice(1) : text
      isFirst = false
    }
  } catch (cause) {
    throw fileFailure('read', path, cause)
  }
}

export async function readWholeFile(path: string): Promise<string> {
  let text = ''
  for await (const piece of readFilePieces(path)) text += piece
  return text
}
