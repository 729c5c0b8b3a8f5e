/**
 * Names of databases and retention policies that InfluxDB accepts: printable characters, at most 255 bytes, nothing
 * that could be a path. Measured on influxd 1.6.7.
 */

import { HyperbyteError } from '../../domain/errors.js'

const NAME_BYTES_MAX = 255
/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the plain space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u

/** Throws `invalid` with InfluxDB's words. */
export function checkName(name: string): void {
  if (name === '.' || name === '..' || !PRINTABLE.test(name) || /[/\\]/.test(name)) {
    throw new HyperbyteError('invalid', 'invalid name')
  }
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw new HyperbyteError('invalid', 'name too long')
}
