/**
 * Compares source and target slice by slice. Every slice is compared by the number of values of each field; a share of
 * them is read from both sides and compared by times, sums and hashes as well.
 */

import type { Target } from '../../client/target.js'
import type { FieldType } from '../../engine/index.js'
import { ask } from '../ask.js'
import type { ProgressSink } from '../progress.js'
import type { BackfillPlan, PlannedMeasurement } from './backfill-plan.js'
import { readSlice } from './copy-slice.js'
import { compareDigests, type Difference, SliceDigest } from './digest.js'
import { selectCountsText } from './influxql-text.js'
import { settleTypes, type TypeChoice } from './settle-types.js'
import type { Slice } from './work-list.js'

export interface VerifyOptions {
  readonly source: Target
  readonly target: Target
  readonly plan: BackfillPlan
  readonly targetDatabase: string
  readonly choice: TypeChoice
  /** Share of the slices to read whole, 0 to 1. */
  readonly sample: number
  readonly progress: ProgressSink
  readonly signal: AbortSignal
}

export interface SliceDifference extends Difference {
  readonly retentionPolicy: string
  readonly measurement: string
  readonly startNs: string
  readonly endNs: string
}

export interface Verification {
  readonly sliceCount: number
  readonly readSliceCount: number
  readonly pointCount: number
  readonly differences: readonly SliceDifference[]
}

export async function verifyBackfill(options: VerifyOptions): Promise<Verification> {
  const { plan, sample, progress, signal } = options
  const differences: SliceDifference[] = []
  const slices = [...slicesOf(plan)]
  let readSliceCount = 0
  let pointCount = 0
  for (const [index, { slice, measurement }] of slices.entries()) {
    signal.throwIfAborted()
    // Evenly: 10 % are every tenth, not the first.
    const isRead =
      Math.floor((index + 1) * sample) > Math.floor(index * sample) || needsReading(measurement, options.choice)
    const outcome = isRead
      ? await compareRows(slice, measurement, options)
      : await compareCounts(slice, measurement, options)
    if (isRead) readSliceCount++
    pointCount += outcome.pointCount
    const { retentionPolicy, measurement: name, startNs, endNs } = slice
    for (const difference of outcome.differences) {
      differences.push({ retentionPolicy, measurement: name, startNs: `${startNs}`, endNs: `${endNs}`, ...difference })
    }
    progress.update({
      phase: 'verify',
      done: index + 1,
      total: slices.length,
      unit: 'slices',
      details: [{ name: 'differences', value: differences.length }],
    })
  }
  return { sliceCount: slices.length, readSliceCount, pointCount, differences }
}

interface Comparison {
  readonly pointCount: number
  readonly differences: readonly Difference[]
}

function* slicesOf(plan: BackfillPlan): Generator<{ slice: Slice; measurement: PlannedMeasurement }> {
  for (const measurement of plan.measurements) {
    const { retentionPolicy, name } = measurement
    const policy = plan.policies.find((candidate) => candidate.name === retentionPolicy)
    for (const { startNs, endNs } of policy?.ranges ?? []) {
      yield {
        slice: { retentionPolicy, measurement: name, startNs: BigInt(startNs), endNs: BigInt(endNs) },
        measurement,
      }
    }
  }
}

/** Where the copy renamed or left out values, counts cannot be compared by field. */
function needsReading({ fields }: PlannedMeasurement, choice: TypeChoice): boolean {
  return choice !== 'keep' && choice !== 'fail' && fields.some(({ types }) => types.length > 1)
}

async function compareCounts(
  slice: Slice,
  measurement: PlannedMeasurement,
  options: VerifyOptions,
): Promise<Comparison> {
  const { source, target, plan, targetDatabase } = options
  const names = measurement.fields.map(({ name }) => name)
  const text = selectCountsText({ ...slice, fields: names, range: slice })
  const [expected, actual] = await Promise.all([
    countsOf(source, text, plan.source.database, names),
    countsOf(target, text, targetDatabase, names),
  ])
  const differences: Difference[] = []
  for (const [i, field] of names.entries()) {
    if (expected[i] === actual[i]) continue
    differences.push({ field, what: 'count', source: `${expected[i]}`, target: `${actual[i]}` })
  }
  return { pointCount: expected.reduce((sum, count) => sum + count, 0), differences }
}

async function countsOf(target: Target, text: string, database: string, names: readonly string[]): Promise<number[]> {
  const [row] = await ask(target, text, database)
  return names.map((_, i) => Number(row?.values[`c${i}`] ?? 0))
}

async function compareRows(slice: Slice, measurement: PlannedMeasurement, options: VerifyOptions): Promise<Comparison> {
  const { source, target, plan, targetDatabase, choice, signal } = options
  const conflicts = new Map<string, readonly FieldType[]>(
    measurement.fields.filter(({ types }) => types.length > 1).map(({ name, types }) => [name, types]),
  )
  const expected = new SliceDigest()
  for await (const part of readSlice(slice, { source, database: plan.source.database, measurement, signal })) {
    expected.add(settleTypes(part, conflicts, choice).columns)
  }
  const actual = new SliceDigest()
  const settled = settledMeasurement(measurement, choice)
  for await (const part of readSlice(slice, {
    source: target,
    database: targetDatabase,
    measurement: settled,
    signal,
  })) {
    actual.add(part)
  }
  const fields = expected.fields()
  let pointCount = 0
  for (const { count } of fields.values()) pointCount += count
  return { pointCount, differences: compareDigests(fields, actual.fields()) }
}

/** The fields as the target has them. */
function settledMeasurement(measurement: PlannedMeasurement, choice: TypeChoice): PlannedMeasurement {
  if (choice === 'keep' || choice === 'fail') return measurement
  const fields = measurement.fields.flatMap(({ name, types }) => {
    const [first, ...others] = types
    const suffixed = choice === 'suffix' ? others.map((type) => ({ name: `${name}_${type}`, types: [type] })) : []
    const isNumber = first === 'integer' || first === 'unsigned'
    const kept = choice === 'float' && types.length > 1 && isNumber ? ('float' as const) : first
    return [{ name, types: [kept] }, ...suffixed]
  })
  return { ...measurement, fields }
}
