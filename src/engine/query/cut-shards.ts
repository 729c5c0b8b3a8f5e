/**
 * OFFSET without LIMIT: influxd 1.6.7 then reads of each group no more than OFFSET + 1 rows in each shard; see
 * `limit-runs.ts` as well. Rows of a
 * group come in order of time, piece by piece; so do its shards.
 */

import { shardGroupStart } from '../domain/shard-group.js'
import type { GroupPiece } from './group-pieces.js'
import { gatherColumn } from './operators/column-slice.js'
import type { Rows } from './operators/rows.js'

export interface ShardCut {
  /** Of a group in a shard. */
  readonly rowCountMax: number
  readonly shardDurationNs: bigint
}

export async function* cutShards(pieces: AsyncIterable<GroupPiece>, cut: ShardCut): AsyncGenerator<GroupPiece> {
  let position = START
  // The last piece with rows ends its group, though pieces without any may follow it.
  let held: GroupPiece | null = null
  for await (const piece of pieces) {
    const kept: number[] = []
    for (let row = 0; row < piece.rows.rowCount; row++) {
      position = nextPosition(position, shardGroupStart(piece.rows.times[row], cut.shardDurationNs))
      if (position.rowCount <= cut.rowCountMax) kept.push(row)
    }
    if (kept.length > 0 || held === null) {
      if (held !== null) yield held
      held = { ...piece, rows: gatherRows(piece.rows, Int32Array.from(kept)) }
    }
    if (!piece.isLast) continue
    yield { ...held, isLast: true }
    held = null
    position = START
  }
}

interface Position {
  readonly shardStartNs: bigint | null
  /** Of the group in this shard so far. */
  readonly rowCount: number
}

const START: Position = { shardStartNs: null, rowCount: 0 }

function nextPosition({ shardStartNs, rowCount }: Position, rowShardNs: bigint): Position {
  return { shardStartNs: rowShardNs, rowCount: rowShardNs === shardStartNs ? rowCount + 1 : 1 }
}

function gatherRows({ times, columns }: Rows, kept: Int32Array): Rows {
  return {
    rowCount: kept.length,
    times: BigInt64Array.from(kept, (row) => times[row]),
    columns: columns.map((column) => gatherColumn(column, kept)),
  }
}
