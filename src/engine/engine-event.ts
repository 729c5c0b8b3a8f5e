/** What happens inside an open database, for whoever watches it. */

import type { TableName } from './domain/table-name.js'

export type EngineEvent =
  | {
      readonly kind: 'flush'
      readonly fileCount: number
      readonly rowCount: number
      readonly byteCount: number
      readonly elapsedMs: number
    }
  | {
      readonly kind: 'merge'
      readonly table: TableName
      readonly inputFileCount: number
      readonly inputByteCount: number
      readonly outputByteCount: number
      readonly elapsedMs: number
    }
  | {
      readonly kind: 'expiry'
      readonly database: string
      readonly retentionPolicy: string
      /** Of the shard group. */
      readonly startNs: bigint
    }
