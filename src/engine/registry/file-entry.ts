/** What the registry knows about one Parquet file. Entries are immutable; a file's content never changes. */

import type { FieldType } from '../domain/field-type.js'
import type { TableName } from '../domain/table-name.js'
import type { TimeSpan } from '../domain/time-range.js'

export interface FileColumn {
  readonly kind: 'tag' | 'field'
  readonly name: string
  /** Name of the column inside the file; differs where names would collide. */
  readonly column: string
  /** Tags are strings. */
  readonly type: FieldType
}

export interface FileEntry extends TimeSpan {
  readonly id: number
  readonly table: TableName
  /** Relative to the data directory, '/' between parts. */
  readonly path: string
  /** The shard group whose rows these are. */
  readonly bucketStartNs: bigint
  /** 0 = written by a flush; a merge of level n has level n + 1. */
  readonly level: number
  readonly rowCount: number
  readonly byteCount: number
  /** WAL sequences of the first and last record with rows in the file. Files with a higher one win. */
  readonly minSequence: bigint
  readonly maxSequence: bigint
  /** Node that accepted the writes; 0 on a single node. */
  readonly origin: number
  /** SHA-256 of the file's bytes, hex. */
  readonly sha256: string
  /** Rows in this span may repeat points of files with lower sequences; null = none do. */
  readonly late: TimeSpan | null
  readonly columns: readonly FileColumn[]
}
