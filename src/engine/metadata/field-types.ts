/**
 * The type of every field, per retention policy, shard group and measurement: a field has one type within a shard group
 * and may have another in the next. Changes come only through `record`, once the points that brought them are safe.
 *
 * Types outlive the rows that brought them: a measurement whose last row of a shard group was deleted is dormant there. Its
 * types still decide what may be written, and nobody sees them.
 */

import type { FieldType } from '../domain/field-type.js'
import { ALL_TIME, intersects, type TimeRange } from '../domain/time-range.js'

/** One fact of the table; also its persistent form. */
export interface FieldTypeEntry {
  readonly retentionPolicy: string
  /** Start and end of the shard group. */
  readonly startNs: bigint
  readonly endNs: bigint
  readonly measurement: string
  readonly field: string
  readonly type: FieldType
  /** The shard group has no row of the measurement left. */
  readonly isDormant?: boolean
}

export interface ShardGroupTypes {
  readonly startNs: bigint
  readonly endNs: bigint
  readonly measurements: ReadonlyMap<string, ReadonlyMap<string, FieldType>>
}

interface MutableShardGroup extends ShardGroupTypes {
  readonly measurements: Map<string, Map<string, FieldType>>
  readonly dormant: Set<string>
}

export class FieldTypes {
  /** Measurements that are dormant in some shard group, counted once for each. */
  dormantCount = 0
  /** By policy, then by start. */
  readonly #policies = new Map<string, Map<bigint, MutableShardGroup>>()

  /** undefined when nothing was ever stored there. */
  shardGroup(retentionPolicy: string, startNs: bigint): ShardGroupTypes | undefined {
    return this.#policies.get(retentionPolicy)?.get(startNs)
  }

  /** Every type each field has in the shard groups that `range` touches. */
  typesIn(retentionPolicy: string, measurement: string, range: TimeRange): Map<string, Set<FieldType>> {
    const found = new Map<string, Set<FieldType>>()
    for (const group of this.#policies.get(retentionPolicy)?.values() ?? []) {
      if (!intersects(group, range) || group.dormant.has(measurement)) continue
      for (const [field, type] of group.measurements.get(measurement) ?? []) {
        const types = found.get(field)
        if (types === undefined) found.set(field, new Set([type]))
        else types.add(type)
      }
    }
    return found
  }

  /** How many shard groups that `range` touches have something of the measurement. */
  shardGroupCount(retentionPolicy: string, measurement: string, range: TimeRange): number {
    let count = 0
    for (const group of this.#policies.get(retentionPolicy)?.values() ?? []) {
      if (intersects(group, range) && group.measurements.has(measurement) && !group.dormant.has(measurement)) count++
    }
    return count
  }

  /** Measurements of the shard groups that `range` touches, in any order. */
  measurementsIn(retentionPolicy: string, range: TimeRange): Set<string> {
    const names = new Set<string>()
    for (const group of this.#policies.get(retentionPolicy)?.values() ?? []) {
      if (!intersects(group, range)) continue
      for (const name of group.measurements.keys()) names.add(name)
    }
    return names
  }

  /** Those with rows, in no particular order. */
  measurementsOf(retentionPolicy: string): Set<string> {
    const names = new Set<string>()
    for (const group of this.#policies.get(retentionPolicy)?.values() ?? []) {
      for (const name of group.measurements.keys()) if (!group.dormant.has(name)) names.add(name)
    }
    return names
  }

  /** Shard groups that `range` touches and that know the measurement. */
  groupsIn(retentionPolicy: string, measurement: string, range: TimeRange): readonly ShardGroupTypes[] {
    const groups = [...(this.#policies.get(retentionPolicy)?.values() ?? [])]
    return groups.filter((group) => intersects(group, range) && group.measurements.has(measurement))
  }

  setDormant(retentionPolicy: string, startNs: bigint, measurement: string, isDormant: boolean): void {
    const dormant = this.#policies.get(retentionPolicy)?.get(startNs)?.dormant
    if (dormant === undefined || dormant.has(measurement) === isDormant) return
    this.dormantCount += isDormant ? 1 : -1
    if (isDormant) dormant.add(measurement)
    else dormant.delete(measurement)
  }

  /** A type that is known already stays as it is. */
  record(entries: Iterable<FieldTypeEntry>): void {
    for (const entry of entries) {
      const fields = this.#fieldsOf(entry)
      if (!fields.has(entry.field)) fields.set(entry.field, entry.type)
      if (entry.isDormant) this.setDormant(entry.retentionPolicy, entry.startNs, entry.measurement, true)
    }
  }

  *entries(): Generator<FieldTypeEntry> {
    for (const [retentionPolicy, groups] of this.#policies) {
      for (const { startNs, endNs, measurements, dormant } of groups.values()) {
        for (const [measurement, fields] of measurements) {
          const state = dormant.has(measurement) ? { isDormant: true } : {}
          for (const [field, type] of fields)
            yield { retentionPolicy, startNs, endNs, measurement, field, type, ...state }
        }
      }
    }
  }

  /** In every policy, as DROP MEASUREMENT does. */
  removeMeasurement(measurement: string): void {
    for (const [policy, groups] of this.#policies) {
      for (const [startNs, group] of groups) {
        this.setDormant(policy, startNs, measurement, false)
        group.measurements.delete(measurement)
      }
    }
  }

  removePolicy(retentionPolicy: string): void {
    for (const { dormant } of this.#policies.get(retentionPolicy)?.values() ?? []) this.dormantCount -= dormant.size
    this.#policies.delete(retentionPolicy)
  }

  /** Forgets the shard groups that lie in the range as a whole. */
  removeIn(retentionPolicy: string, range: TimeRange): void {
    const groups = this.#policies.get(retentionPolicy)
    for (const [startNs, group] of groups ?? []) {
      if (!isWithin(group, range)) continue
      this.dormantCount -= group.dormant.size
      groups!.delete(startNs)
    }
  }

  #fieldsOf({ retentionPolicy, startNs, endNs, measurement }: FieldTypeEntry): Map<string, FieldType> {
    const groups = getOrSet(this.#policies, retentionPolicy, () => new Map<bigint, MutableShardGroup>())
    const group = getOrSet(groups, startNs, () => ({ startNs, endNs, measurements: new Map(), dormant: new Set() }))
    return getOrSet(group.measurements, measurement, () => new Map<string, FieldType>())
  }
}

/** Groups may reach beyond the times that a point can have; a range does not. */
export function isWithin({ startNs, endNs }: TimeRange, range: TimeRange): boolean {
  const isStarted = range.startNs <= startNs || range.startNs === ALL_TIME.startNs
  return isStarted && (endNs <= range.endNs || range.endNs === ALL_TIME.endNs)
}

function getOrSet<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
