/**
 * What of a parsed batch may be stored: points older than the policy keeps are refused, and points whose fields have
 * another type than the shard group knows. Nothing is changed here; the caller stores the rows that are left and then
 * records the types that came with them.
 *
 * InfluxDB's rules, seen on influxd 1.6.7:
 * - A point with one field of the wrong type is refused whole, and brings no new types.
 * - A batch that disagrees with itself in a shard group that does not exist yet loses all its points in that group
 *   (`field type conflict`, not a partial write). In an existing one the first type wins, point by point. (1.8 refuses
 *   the group there too, 1.6 when two new fields disagree, 1.12 never; we keep what can be kept.)
 * - A point older than the policy keeps is stored nevertheless when the same request brings a young enough one for its
 *   shard group.
 */

import { isValid } from '../domain/column.js'
import type { FieldType } from '../domain/field-type.js'
import type { MeasurementBatch, PointBatch } from '../domain/point-batch.js'
import { selectRows } from '../domain/select-rows.js'
import { timeBoundsOf } from '../domain/time-bounds.js'
import type { TimeRange } from '../domain/time-range.js'
import type { FieldTypeEntry, FieldTypes, ShardGroupTypes } from './field-types.js'
import type { RetentionPolicy } from './meta-state.js'
import type { Refusal } from './refusal.js'

export interface CheckedBatch {
  /** The rows to store; the very same object when nothing was refused. */
  readonly batch: PointBatch
  /** To be recorded once the rows are safe. */
  readonly newTypes: readonly FieldTypeEntry[]
  /** Of the rows to store, ascending; some may not exist yet. */
  readonly shardGroups: readonly TimeRange[]
  /** Shard groups in order of time, retention last. */
  readonly refusals: readonly Refusal[]
}

export interface WritePolicy extends Pick<RetentionPolicy, 'name' | 'durationNs'> {
  /** Bounds of the shard group that a point of this time belongs to. */
  shardGroupAt(timeNs: bigint): TimeRange
}

export function checkBatch(types: FieldTypes, policy: WritePolicy, batch: PointBatch, nowNs: bigint): CheckedBatch {
  const groups = new Groups(types, policy)
  const oldestNs = policy.durationNs > 0n ? nowNs - policy.durationNs : null
  if (batch.measurements.every((part) => isPlain(groups, part, oldestNs))) {
    return { batch, newTypes: groups.newTypes(), shardGroups: groups.inOrder(), refusals: [] }
  }
  return checkRows(new Groups(types, policy), batch, oldestNs)
}

/** One shard group with what is known of it and what this request would add. */
class Group {
  readonly startNs: bigint
  readonly endNs: bigint
  readonly #known: ShardGroupTypes | undefined
  readonly #added = new Map<string, Map<string, FieldType>>()
  /** Some point of the request is young enough to make the group exist. */
  isYoung = false
  /** The request disagrees with itself. */
  isRefused = false
  rowCount = 0
  refusedCount = 0

  get keptCount(): number {
    return this.rowCount - this.refusedCount
  }

  reason = ''

  constructor(startNs: bigint, endNs: bigint, known: ShardGroupTypes | undefined) {
    this.startNs = startNs
    this.endNs = endNs
    this.#known = known
  }

  get isNew(): boolean {
    return this.#known === undefined
  }

  typeOf(measurement: string, field: string): FieldType | undefined {
    return this.#known?.measurements.get(measurement)?.get(field) ?? this.#added.get(measurement)?.get(field)
  }

  add(measurement: string, field: string, type: FieldType): void {
    const fields = this.#added.get(measurement)
    if (fields === undefined) this.#added.set(measurement, new Map([[field, type]]))
    else fields.set(field, type)
  }

  takeBack(measurement: string, field: string): void {
    this.#added.get(measurement)?.delete(field)
  }

  *newTypes(retentionPolicy: string): Generator<FieldTypeEntry> {
    const { startNs, endNs } = this
    for (const [measurement, fields] of this.#added) {
      for (const [field, type] of fields) yield { retentionPolicy, startNs, endNs, measurement, field, type }
    }
  }
}

class Groups {
  readonly #types: FieldTypes
  readonly #policy: WritePolicy
  readonly #byStart = new Map<bigint, Group>()
  #last: Group | null = null

  constructor(types: FieldTypes, policy: WritePolicy) {
    this.#types = types
    this.#policy = policy
  }

  at(timeNs: bigint): Group {
    const last = this.#last
    if (last !== null && last.startNs <= timeNs && timeNs < last.endNs) return last
    const { startNs, endNs } = this.#policy.shardGroupAt(timeNs)
    let group = this.#byStart.get(startNs)
    if (group === undefined) {
      group = new Group(startNs, endNs, this.#types.shardGroup(this.#policy.name, startNs))
      this.#byStart.set(startNs, group)
    }
    this.#last = group
    return group
  }

  inOrder(): Group[] {
    return [...this.#byStart.values()].sort((a, b) => (a.startNs < b.startNs ? -1 : 1))
  }

  newTypes(): FieldTypeEntry[] {
    return this.inOrder().flatMap((group) => (group.isRefused ? [] : [...group.newTypes(this.#policy.name)]))
  }
}

/** All rows young enough, in one shard group, and every column of the type it should have. */
function isPlain(groups: Groups, batch: MeasurementBatch, oldestNs: bigint | null): boolean {
  const { minNs, maxNs } = timeBoundsOf(batch.timestamps, batch.rowCount)
  if (oldestNs !== null && minNs < oldestNs) return false
  const group = groups.at(minNs)
  if (maxNs >= group.endNs) return false
  for (const { name, type } of batch.fields) {
    const known = group.typeOf(batch.measurement, name)
    if (known === undefined) group.add(batch.measurement, name, type)
    else if (known !== type) return false
  }
  return true
}

function checkRows(groups: Groups, batch: PointBatch, oldestNs: bigint | null): CheckedBatch {
  if (oldestNs !== null) markYoung(groups, batch, oldestNs)
  const decided = batch.measurements.map((part) => decideRows(groups, part, oldestNs))
  const measurements: MeasurementBatch[] = []
  let rowCount = 0
  let tooOldCount = 0
  for (const [i, rowGroups] of decided.entries()) {
    tooOldCount += rowGroups.reduce((count, group) => (group === 'too-old' ? count + 1 : count), 0)
    const rows = keptRows(rowGroups)
    if (rows.length === 0) continue
    const part = batch.measurements[i]
    measurements.push(rows.length === part.rowCount ? part : selectRows(part, rows))
    rowCount += rows.length
  }
  const isWhole = rowCount === batch.rowCount
  return {
    batch: isWhole ? batch : { measurements, rowCount },
    newTypes: groups.newTypes(),
    shardGroups: groups.inOrder().filter(({ isRefused, keptCount }) => !isRefused && keptCount > 0),
    refusals: refusalsOf(groups, tooOldCount),
  }
}

function markYoung(groups: Groups, batch: PointBatch, oldestNs: bigint): void {
  for (const { timestamps, rowCount } of batch.measurements) {
    for (let row = 0; row < rowCount; row++) if (timestamps[row] >= oldestNs) groups.at(timestamps[row]).isYoung = true
  }
}

/** The group a row goes to, unless it is refused. */
type RowGroup = Group | 'too-old' | 'refused'

function decideRows(groups: Groups, batch: MeasurementBatch, oldestNs: bigint | null): RowGroup[] {
  const decided: RowGroup[] = new Array(batch.rowCount)
  const checks = new Map<Group, ColumnChecks>()
  let group: Group | null = null
  let columns: ColumnChecks | null = null
  for (let row = 0; row < batch.rowCount; row++) {
    const timeNs = batch.timestamps[row]
    const rowGroup = groups.at(timeNs)
    if (oldestNs !== null && timeNs < oldestNs && !rowGroup.isYoung) {
      decided[row] = 'too-old'
      continue
    }
    if (rowGroup !== group || columns === null) {
      group = rowGroup
      columns = checks.get(group) ?? new ColumnChecks(group, batch)
      checks.set(group, columns)
    }
    group.rowCount++
    decided[row] = columns.accepts(row) ? group : 'refused'
  }
  return decided
}

/** One measurement's columns against one shard group. A column found to fit is not looked at again. */
class ColumnChecks {
  readonly #group: Group
  readonly #batch: MeasurementBatch
  readonly #fits: Uint8Array
  #unsureCount: number

  constructor(group: Group, batch: MeasurementBatch) {
    this.#group = group
    this.#batch = batch
    this.#fits = new Uint8Array(batch.fields.length)
    this.#unsureCount = batch.fields.length
  }

  accepts(row: number): boolean {
    if (this.#unsureCount === 0) return true
    const { measurement, fields } = this.#batch
    const added: number[] = []
    for (let i = 0; i < fields.length; i++) {
      const { name, type, validity } = fields[i]
      if (this.#fits[i] === 1 || !isValid(validity, row)) continue
      const known = this.#group.typeOf(measurement, name)
      if (known !== undefined && known !== type) {
        for (const index of added) this.#group.takeBack(measurement, fields[index].name)
        this.#refuse(name, type, known)
        return false
      }
      if (known === undefined) {
        this.#group.add(measurement, name, type)
        added.push(i)
      } else this.#settle(i)
    }
    for (const index of added) this.#settle(index)
    return true
  }

  #settle(index: number): void {
    this.#fits[index] = 1
    this.#unsureCount--
  }

  #refuse(field: string, type: FieldType, known: FieldType): void {
    const group = this.#group
    const { measurement } = this.#batch
    group.refusedCount++
    if (group.isNew) group.isRefused = true
    if (group.reason === '') {
      group.reason =
        `field type conflict: input field "${field}" on measurement "${measurement}" is type ${type}, ` +
        `already exists as type ${known}`
    }
  }
}

function keptRows(rowGroups: readonly RowGroup[]): Uint32Array {
  const rows = new Uint32Array(rowGroups.length)
  let count = 0
  for (let row = 0; row < rowGroups.length; row++) {
    const group = rowGroups[row]
    if (typeof group !== 'string' && !group.isRefused) rows[count++] = row
  }
  return rows.slice(0, count)
}

function refusalsOf(groups: Groups, tooOldCount: number): Refusal[] {
  const refusals: Refusal[] = []
  for (const { isRefused, rowCount, refusedCount, reason } of groups.inOrder()) {
    if (isRefused) refusals.push({ kind: 'shard-group', rowCount, reason: 'field type conflict' })
    else if (refusedCount > 0) refusals.push({ kind: 'field-type', rowCount: refusedCount, reason })
  }
  if (tooOldCount > 0) {
    refusals.push({ kind: 'retention', rowCount: tooOldCount, reason: 'points beyond retention policy' })
  }
  return refusals
}
