/**
 * Bodies and what a real influxd 1.6.7 made of them (scripts/record-line-protocol.mjs): the error text to the letter,
 * and every stored point with its type.
 */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isValid } from '../../../src/engine/domain/column.js'
import type { PointBatch } from '../../../src/engine/domain/point-batch.js'
import type { Precision } from '../../../src/engine/domain/precision.js'
import { shardGroupOf } from '../../../src/engine/domain/shard-group.js'
import { composeWriteMessage } from '../../../src/engine/line-protocol/compose-write-message.js'
import { parseLineProtocol } from '../../../src/engine/line-protocol/line-protocol-parser.js'
import { checkBatch } from '../../../src/engine/metadata/check-batch.js'
import { FieldTypes } from '../../../src/engine/metadata/field-types.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'

type Recorded = string | number | boolean | null

interface RecordedSeries {
  readonly name: string
  readonly tags?: Record<string, string>
  readonly columns: readonly string[]
  readonly values: readonly (readonly Recorded[])[]
}

interface Case {
  readonly body?: string
  readonly base64?: string
  readonly precision?: Precision
  readonly error: string | null
  readonly series?: readonly RecordedSeries[]
  readonly fields?: readonly RecordedSeries[]
}

/**
 * Where we differ on purpose:
 * - Keys that are not UTF-8 are refused, as influxd does when `validate-keys` is on: Parquet cannot hold them.
 * - A field without a name is refused; influxd takes it behind a tab.
 * - With a needless escape or a second `=` in the key influxd takes the point, and no query ever finds it.
 */
function isDifferentOnPurpose(one: Case, body: Buffer): boolean {
  const isLost = one.error === null && one.series === undefined && /\\[="\\]|==/.test(body.toString())
  return body.includes(0xff) || body.includes('m \t=') || isLost
}

const POLICY = {
  name: 'autogen',
  durationNs: 0n,
  shardGroupAt: (timeNs: bigint) => shardGroupOf(timeNs, 604_800_000_000_000n),
}

function write(body: Buffer, precision: Precision) {
  const table = new MemorySeriesTable()
  const parsed = parseLineProtocol(body, { table, precision, nowNs: 0n })
  const checked = checkBatch(new FieldTypes(), POLICY, parsed.batch, 0n)
  return { message: composeWriteMessage(parsed, checked.refusals), points: pointsOf(checked.batch, table) }
}

/** `series|time|field|type -> value`, the last one wins. */
function pointsOf(batch: PointBatch, table: MemorySeriesTable): Map<string, unknown> {
  const points = new Map<string, unknown>()
  for (const { measurement, rowCount, series, timestamps, fields } of batch.measurements) {
    for (let row = 0; row < rowCount; row++) {
      for (const { name, type, values, validity } of fields) {
        if (!isValid(validity, row)) continue
        const value = type === 'boolean' ? values[row] === 1 : values[row]
        // JSON has no -0 to record.
        points.set(
          JSON.stringify([measurement, table.tagsOf(series[row]), `${timestamps[row]}`, name, type]),
          value === 0 ? 0 : value,
        )
      }
    }
  }
  return points
}

function recordedPoints({ series = [], fields = [] }: Case): Map<string, unknown> {
  const points = new Map<string, unknown>()
  for (const { name, tags = {}, columns, values } of series) {
    const types = new Map(fields.find((field) => field.name === name)?.values.map(([field, type]) => [field, type]))
    const sorted = Object.entries(tags).filter(([, value]) => value !== '')
    for (const [time, ...cells] of values) {
      cells.forEach((cell, i) => {
        if (cell === null) return
        const field = columns[i + 1]
        const type = String(types.get(field))
        points.set(JSON.stringify([name, sorted, `${time}`.replace('#', ''), field, type]), cellValue(cell, type))
      })
    }
  }
  return points
}

function cellValue(cell: Recorded, type: string): unknown {
  if (type === 'float') return typeof cell === 'string' ? Number(cell.replace('#', '')) : cell
  return type === 'integer' ? BigInt(`${cell}`.replace('#', '')) : cell
}

for (const name of ['handwritten', 'mutated']) {
  test(`${name} bodies fare as with influxd`, () => {
    const cases: Case[] = JSON.parse(readFileSync(`test/golden/line-protocol/${name}.json`, 'utf8'))
    expect(cases.length).toBeGreaterThan(200)
    for (const one of cases) {
      const body = one.base64 === undefined ? Buffer.from(one.body ?? '') : Buffer.from(one.base64, 'base64')
      if (isDifferentOnPurpose(one, body)) continue
      const { message, points } = write(body, one.precision ?? 'ns')
      expect.soft(message, JSON.stringify(one.body)).toBe(one.error)
      expect.soft(points, JSON.stringify(one.body)).toEqual(recordedPoints(one))
    }
  })
}
