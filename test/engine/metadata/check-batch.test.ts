import { expect, test } from 'vitest'
import { shardGroupOf } from '../../../src/engine/domain/shard-group.js'
import { ALL_TIME } from '../../../src/engine/domain/time-range.js'
import { composeWriteMessage } from '../../../src/engine/line-protocol/compose-write-message.js'
import { parseLineProtocol } from '../../../src/engine/line-protocol/line-protocol-parser.js'
import { checkBatch, type WritePolicy } from '../../../src/engine/metadata/check-batch.js'
import { FieldTypes } from '../../../src/engine/metadata/field-types.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'

const HOUR_NS = 3_600_000_000_000n
const FOR_EVER = policyOf('autogen', 0n, 168n * HOUR_NS)
const NOW_NS = 1_700_000_000_000_000_000n

function policyOf(name: string, durationNs: bigint, shardGroupDurationNs: bigint): WritePolicy {
  return { name, durationNs, shardGroupAt: (timeNs) => shardGroupOf(timeNs, shardGroupDurationNs) }
}

/** A database of one policy: writes lines, answers with message and stored rows. */
function openStore(policy = FOR_EVER) {
  const table = new MemorySeriesTable()
  const types = new FieldTypes()
  return {
    types,
    write(text: string) {
      const parsed = parseLineProtocol(Buffer.from(text), { table, precision: 'ns', nowNs: NOW_NS })
      const checked = checkBatch(types, policy, parsed.batch, NOW_NS)
      types.record(checked.newTypes)
      return {
        message: composeWriteMessage(parsed, checked.refusals),
        times: checked.batch.measurements.flatMap((part) => [...part.timestamps.subarray(0, part.rowCount)]),
        isUntouched: checked.batch === parsed.batch,
      }
    },
  }
}

const conflict = (field: string, got: string, known: string, measurement = 'm'): string =>
  `field type conflict: input field "${field}" on measurement "${measurement}" is type ${got}, already exists as type ${known}`

test('a batch that fits is passed on as it is', () => {
  const store = openStore()
  expect(store.write('m a=1,b=1i 1\nm b=2i 2\nn a="x" 3\n')).toEqual({
    message: null,
    times: [1n, 2n, 3n],
    isUntouched: true,
  })
  expect(store.write('m a=1,b=1i 1\nm b=2i 2\nn a="x" 3\n').isUntouched).toBe(true)
  expect([...store.types.entries()].map(({ measurement, field, type }) => [measurement, field, type])).toEqual([
    ['m', 'a', 'float'],
    ['m', 'b', 'integer'],
    ['n', 'a', 'string'],
  ])
})

test('only points that conflict with stored types are dropped, and they bring no new fields', () => {
  const store = openStore()
  store.write('m a=1,b=1 1\n')
  expect(store.write('m a=1i,z=1 2\nm b=1i 3\nm a=t 4\nm c=1 5\nm z="s" 6\n')).toEqual({
    message: `partial write: ${conflict('a', 'integer', 'float')} dropped=3`,
    times: [5n, 6n],
    isUntouched: false,
  })
})

test('a batch that disagrees with itself loses the new shard group it wanted to open', () => {
  const store = openStore()
  expect(store.write('m v=1 1\nm v=1i 2\nn x=1 3\nm v=1i 1600000000000000000\n')).toMatchObject({
    message: 'field type conflict',
    times: [1600000000000000000n],
  })
  expect([...store.types.entries()]).toHaveLength(1)
})

test('in a shard group that exists the first type wins', () => {
  const store = openStore()
  store.write('o v=1 1\n')
  expect(store.write('m v=1i 1\nm v=1 2\nm v=1i 3\n')).toMatchObject({
    message: `partial write: ${conflict('v', 'float', 'integer')} dropped=1`,
    times: [1n, 3n],
  })
  expect(store.write('k v=1,v=2i 1\n')).toMatchObject({
    message: `partial write: ${conflict('v', 'integer', 'float', 'k')} dropped=1`,
    times: [],
  })
})

test('a field may have another type in another shard group', () => {
  const store = openStore()
  expect(store.write('m v=1 1\nm v=1i 1600000000000000000\n')).toMatchObject({ message: null, isUntouched: true })
  const range = { startNs: 0n, endNs: 2n ** 62n }
  expect(store.types.typesIn('autogen', 'm', range).get('v')).toEqual(new Set(['float', 'integer']))
  expect(store.types.typesIn('autogen', 'm', { startNs: 0n, endNs: 5n }).get('v')).toEqual(new Set(['float']))
})

test('points older than the policy are dropped unless a young one opens their shard group', () => {
  const policy = policyOf('day', 24n * HOUR_NS, 24n * HOUR_NS)
  const oldest = NOW_NS - policy.durationNs
  const store = openStore(policy)
  expect(store.write(`m v=1 1\nm v=1 ${oldest - 1n}\nm v=1\n`)).toMatchObject({
    message: 'partial write: points beyond retention policy dropped=2',
    times: [NOW_NS],
  })
  expect(store.write(`m v=1 ${oldest - 1n}\nm v=1 ${oldest}\n`)).toMatchObject({ message: null, isUntouched: true })
})

test('a conflict is told before retention, retention before lines that could not be parsed', () => {
  const policy = policyOf('hour', HOUR_NS, HOUR_NS)
  const store = openStore(policy)
  store.write('m v=1\n')
  expect(store.write('m v=1 1\nm v=1i\nm v=1\nbad\n').message).toBe(
    `partial write: ${conflict('v', 'integer', 'float')} dropped=1`,
  )
  expect(store.write('m v=1 1\nbad\n').message).toBe('partial write: points beyond retention policy dropped=1')
  expect(store.write('m v=1\nbad\nbad2 x\n').message).toBe(
    "partial write: unable to parse 'bad': missing fields\nunable to parse 'bad2 x': invalid field format dropped=0",
  )
  expect(store.write('bad\n').message).toBe("unable to parse 'bad': missing fields")
  expect(store.write('# nothing\n').message).toBe(null)
})

test('forgetting a measurement, a policy or old shard groups forgets their types', () => {
  const store = openStore()
  store.write('m v=1 1\nn v=1 1600000000000000000\n')
  store.types.removeMeasurement('m')
  expect([...store.types.measurementsOf('autogen')]).toEqual(['n'])
  store.types.removeIn('autogen', { startNs: ALL_TIME.startNs, endNs: 1700000000000000000n })
  expect([...store.types.entries()]).toEqual([])
  store.write('m v=1 1\n')
  const copy = new FieldTypes()
  copy.record(store.types.entries())
  expect([...copy.entries()]).toEqual([...store.types.entries()])
  store.types.removePolicy('autogen')
  expect([...store.types.entries()]).toEqual([])
})
