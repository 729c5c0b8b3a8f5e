import { RecordBatchReader, tableFromIPC } from 'apache-arrow'
import { expect, test } from 'vitest'
import { ArrowEncoder } from '../../../../src/daemon/http/encode/arrow-encoder.js'
import type { QueryEvent } from '../../../../src/engine/index.js'
import { columnOf, endOf, frameEvent, frameOf } from '../fake-engine.js'

function encode(events: readonly QueryEvent[]): Buffer {
  const encoder = new ArrowEncoder()
  const pieces: Buffer[] = []
  for (const event of events) pieces.push(...encoder.encode(event))
  pieces.push(...encoder.end())
  return Buffer.concat(pieces)
}

test('series of one shape share a stream, with their name and tags as columns', () => {
  const series = (host: string, first: bigint) =>
    frameEvent(
      0,
      frameOf(
        'm',
        {
          time: columnOf('time', [first, first + 1n]),
          f: columnOf('float', [1.5, null]),
          i: columnOf('integer', [9223372036854775807n, -1n]),
          s: columnOf('string', ['é', null]),
          b: columnOf('boolean', [true, false]),
          u: columnOf('unsigned', [18446744073709551615n, 0n]),
        },
        { tags: [['host', host]] },
      ),
    )
  const table = tableFromIPC(encode([series('a', 10n), series('b', 20n), endOf(0)]))
  expect(table.schema.fields.map((field) => field.name)).toEqual(['name', 'host', 'time', 'f', 'i', 's', 'b', 'u'])
  expect(table.getChild('host')?.toArray()).toEqual(['a', 'a', 'b', 'b'])
  expect([...(table.getChild('f') ?? [])]).toEqual([1.5, null, 1.5, null])
  expect([...(table.getChild('i') ?? [])]).toEqual([9223372036854775807n, -1n, 9223372036854775807n, -1n])
  expect([...(table.getChild('u') ?? [])]).toEqual([18446744073709551615n, 0n, 18446744073709551615n, 0n])
  expect([...(table.getChild('s') ?? [])]).toEqual(['é', null, 'é', null])
  expect([...(table.getChild('b') ?? [])]).toEqual([true, false, true, false])
  expect(table.data.flatMap((batch) => [...batch.children[2].values])).toEqual([10n, 11n, 20n, 21n])
})

test('a statement with other columns starts another stream', () => {
  const bytes = encode([
    frameEvent(0, frameOf('m', { f: columnOf('float', [1]) })),
    endOf(0),
    frameEvent(1, frameOf('databases', { name: columnOf('string', ['d']) })),
    endOf(1),
  ])
  const streams: unknown[] = []
  for (const reader of RecordBatchReader.readAll(bytes)) {
    const rows = [...reader].map((batch) => batch.numRows)
    streams.push({ id: reader.schema.metadata.get('statement_id'), rows })
  }
  expect(streams).toEqual([
    { id: '0', rows: [1] },
    { id: '1', rows: [1] },
  ])
})
