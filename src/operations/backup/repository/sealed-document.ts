/**
 * JSON with its own checksum: one line that says what it is and the SHA-256 of everything behind it.
 *
 *   hyperbyte-manifest 1 7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069
 *   {"id":"20261120T034417Z",…}
 */

import { createHash } from 'node:crypto'
import { BackupError } from '../backup-error.js'

export type DocumentKind = 'repository' | 'manifest' | 'check'

/** Grows when a reader of today would misunderstand what is written. */
export const FORMAT = 1

const HEADER = /^hyperbyte-([a-z]+) ([1-9][0-9]*) ([0-9a-f]{64})$/

export function seal(kind: DocumentKind, content: unknown): Buffer {
  const body = Buffer.from(`${JSON.stringify(content)}\n`)
  return Buffer.concat([Buffer.from(`hyperbyte-${kind} ${FORMAT} ${sha256Of(body)}\n`), body])
}

/** Throws `damaged`, or `too-new`; `name` is for the message. */
export function unseal(kind: DocumentKind, name: string, bytes: Buffer): unknown {
  const end = bytes.indexOf(0x0a)
  const match = HEADER.exec(bytes.toString('latin1', 0, Math.max(end, 0)))
  if (match === null || match[1] !== kind) throw new BackupError('damaged', `${name} is no ${kind}`)
  if (Number(match[2]) > FORMAT) {
    throw new BackupError('too-new', `${name} has format ${match[2]}; this program reads formats up to ${FORMAT}`, {
      hint: 'use the version of hyperbyte that wrote it, or a later one',
    })
  }
  const body = bytes.subarray(end + 1)
  if (sha256Of(body) !== match[3]) throw new BackupError('damaged', `${name} is damaged: its checksum is wrong`)
  return JSON.parse(body.toString())
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
