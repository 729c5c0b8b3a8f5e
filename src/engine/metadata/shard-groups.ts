/**
 * Which shard groups exist, with the numbers clients know them by. A group is made when the first point is written into
 * its time and keeps its bounds when the policy's shard duration changes: only groups made later have the new one, and
 * they leave out what others have already. Numbers go up over all databases and are never given twice.
 *
 * A group of ours is one shard: SHOW SHARDS shows the number of the group as that of the shard.
 */

import { shardGroupOf } from '../domain/shard-group.js'
import type { TimeRange } from '../domain/time-range.js'

export interface ShardGroup {
  readonly id: number
  readonly database: string
  readonly retentionPolicy: string
  readonly startNs: bigint
  readonly endNs: bigint
}

export interface ShardGroupPolicy {
  readonly name: string
  readonly shardGroupDurationNs: bigint
}

const NO_GROUPS: readonly ShardGroup[] = []

export class ShardGroups {
  #lastId = 0
  /** By database and policy, ascending. Replaced, never changed in place. */
  readonly #byPolicy = new Map<string, readonly ShardGroup[]>()
  #unsaved: readonly ShardGroup[] = NO_GROUPS

  /** The highest number ever given. */
  get lastId(): number {
    return this.#lastId
  }

  /** Made since the last `markSaved`, oldest first. */
  get unsaved(): readonly ShardGroup[] {
    return this.#unsaved
  }

  /** Groups as they were saved. */
  load(groups: Iterable<ShardGroup>, lastId: number): void {
    this.#lastId = lastId
    for (const group of groups) this.#insert(group)
  }

  /** Ascending; the same array until something changes. */
  ofPolicy(database: string, retentionPolicy: string): readonly ShardGroup[] {
    return this.#byPolicy.get(policyKey(database, retentionPolicy)) ?? NO_GROUPS
  }

  find(id: number): ShardGroup | undefined {
    for (const groups of this.#byPolicy.values()) {
      const group = groups.find((candidate) => candidate.id === id)
      if (group !== undefined) return group
    }
    return undefined
  }

  /** Bounds of the group that a point of this time belongs to, whether it exists yet or not. */
  spanAt(database: string, { name, shardGroupDurationNs }: ShardGroupPolicy, timeNs: bigint): TimeRange {
    const groups = this.ofPolicy(database, name)
    const next = firstAfter(groups, timeNs)
    const before = groups[next - 1]
    if (before !== undefined && timeNs < before.endNs) return before
    const { startNs, endNs } = shardGroupOf(timeNs, shardGroupDurationNs)
    const after = groups[next]
    return {
      startNs: before !== undefined && before.endNs > startNs ? before.endNs : startNs,
      endNs: after !== undefined && after.startNs < endNs ? after.startNs : endNs,
    }
  }

  /** Makes the group with these bounds, which `spanAt` gave, unless it exists. */
  open(database: string, retentionPolicy: string, { startNs, endNs }: TimeRange): void {
    const groups = this.ofPolicy(database, retentionPolicy)
    if (groups[firstAfter(groups, startNs) - 1]?.startNs === startNs) return
    const group = { id: ++this.#lastId, database, retentionPolicy, startNs, endNs }
    this.#insert(group)
    this.#unsaved = [...this.#unsaved, group]
  }

  markSaved(saved: readonly ShardGroup[]): void {
    this.#unsaved = this.#unsaved.filter((group) => !saved.includes(group))
  }

  /** Returns what was removed. */
  remove(isRemoved: (group: ShardGroup) => boolean): readonly ShardGroup[] {
    const removed: ShardGroup[] = []
    for (const [key, groups] of this.#byPolicy) {
      const gone = groups.filter(isRemoved)
      if (gone.length === 0) continue
      removed.push(...gone)
      this.#byPolicy.set(
        key,
        groups.filter((group) => !gone.includes(group)),
      )
    }
    this.markSaved(removed)
    return removed
  }

  #insert(group: ShardGroup): void {
    const groups = this.ofPolicy(group.database, group.retentionPolicy)
    const at = firstAfter(groups, group.startNs)
    const inserted = [...groups.slice(0, at), group, ...groups.slice(at)]
    this.#byPolicy.set(policyKey(group.database, group.retentionPolicy), inserted)
  }
}

/** Index of the first group that begins after `timeNs`. */
export function firstAfter(groups: readonly TimeRange[], timeNs: bigint): number {
  let from = 0
  let to = groups.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (groups[middle].startNs <= timeNs) from = middle + 1
    else to = middle
  }
  return from
}

function policyKey(database: string, retentionPolicy: string): string {
  return JSON.stringify([database, retentionPolicy])
}
