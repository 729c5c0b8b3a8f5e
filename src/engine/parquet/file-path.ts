/**
 * Where a Parquet file lies: `{database}/{policy}/{measurement}/{YYYY-MM-DD}/{HH}_{id}.parquet`, the date and hour being
 * the start of the bucket in UTC. Names are percent-encoded and never leave their directory; since the id is unique,
 * two names that encode alike on some file system still never share a file.
 */

import { createHash } from 'node:crypto'
import type { TableName } from '../domain/table-name.js'

/** Most file systems stop at 255 bytes a component. */
const COMPONENT_BYTES_MAX = 200

export function filePath(table: TableName, bucketStartNs: bigint, id: number): string {
  // Buckets near the edges of the time range start before year 0 of what Date can print; the hour count names them all.
  const start = new Date(Number(bucketStartNs / 1_000_000n)).toISOString()
  const [date, time] = start.split('T')
  const names = [table.database, table.retentionPolicy, table.measurement].map(encodeName)
  return [...names, date, `${time.slice(0, 2)}_${id.toString(16).padStart(8, '0')}.parquet`].join('/')
}

/** One directory name for any Unicode name: never empty, '.', '..' or too long. */
export function encodeName(name: string): string {
  const encoded = Buffer.from(name)
    .toString('latin1')
    .replace(/[^A-Za-z0-9_-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)
  if (encoded === '') return '%'
  if (encoded.length <= COMPONENT_BYTES_MAX) return encoded
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32)
  return `${encoded.slice(0, COMPONENT_BYTES_MAX - 33)}~${digest}`
}
