import { expect, test } from 'vitest'
import { ClientError } from '../../src/client/client-error.js'
import type { RejectedLine } from '../../src/client/find-rejected.js'
import { BatchWriter } from '../../src/client/write-batches.js'

interface Setup {
  readonly send: (lines: readonly string[]) => Promise<void>
  readonly isSearching?: boolean
  readonly batchLineCount?: number
}

function openWriter({ send, isSearching = false, batchLineCount = 4 }: Setup) {
  const rejected: RejectedLine[] = []
  const writer = new BatchWriter({
    send,
    batchLineCount,
    onRejected: isSearching ? (one) => rejected.push(one) : null,
    onRefusal: () => {},
  })
  return { writer, rejected }
}

/** Refuses lines that begin with `bad`, in the words of a type conflict, which name no line. */
async function refuseBad(lines: readonly string[]): Promise<void> {
  const dropped = lines.filter((line) => line.startsWith('bad')).length
  if (dropped > 0) throw new ClientError('partial', `partial write: field type conflict: x dropped=${dropped}`)
}

test('lines go out in full batches, the rest with flush', async () => {
  const sent: number[] = []
  const { writer } = openWriter({ send: async (lines) => void sent.push(lines.length) })
  await writer.add(Array.from({ length: 10 }, (_, index) => `m v=${index}`))
  expect(sent).toEqual([4, 4])
  await writer.flush()
  expect(sent).toEqual([4, 4, 2])
  expect(writer.totals).toEqual({ lineCount: 10, rejectedCount: 0, batchCount: 3 })
})

test('refused lines are counted from the words of the server', async () => {
  const { writer } = openWriter({ send: refuseBad })
  await writer.add(['a', 'bad1', 'bad2', 'b', 'c', 'bad3'])
  await writer.flush()
  expect(writer.totals).toEqual({ lineCount: 6, rejectedCount: 3, batchCount: 2 })
})

test('refused lines that the server does not quote are found by halving', async () => {
  const { writer, rejected } = openWriter({ send: refuseBad, isSearching: true, batchLineCount: 64 })
  await writer.add(Array.from({ length: 64 }, (_, index) => (index % 20 === 3 ? `bad${index}` : `m v=${index}`)))
  await writer.flush()
  expect(rejected.map(({ line }) => line)).toEqual(['bad3', 'bad23', 'bad43', 'bad63'])
})

test('lines that cannot be parsed are quoted by the server, quotes and newlines in them included', async () => {
  const refusal =
    "partial write: unable to parse 'it's': missing fields\nunable to parse 'b s=\"x\ny': unbalanced quotes dropped=0"
  const { writer, rejected } = openWriter({
    isSearching: true,
    send: async () => {
      throw new ClientError('partial', refusal, { status: 400 })
    },
  })
  await writer.add(['a', 'b', 'c', 'd'])
  expect(rejected).toEqual([
    { line: "it's", reason: 'missing fields' },
    { line: 'b s="x\ny', reason: 'unbalanced quotes' },
  ])
  expect(writer.totals.rejectedCount).toBe(2)
})

test('a batch without one good line is refused as a whole', async () => {
  const { writer } = openWriter({
    send: async () => {
      throw new ClientError('rejected', "unable to parse 'a': missing fields", { status: 400 })
    },
  })
  await writer.add(['a'])
  await writer.flush()
  expect(writer.totals.rejectedCount).toBe(1)
})

test('any other failure stops the writing', async () => {
  const { writer } = openWriter({
    send: async () => {
      throw new ClientError('missing', 'database not found: "x"', { status: 404 })
    },
  })
  await writer.add(['a'])
  await expect(writer.flush()).rejects.toThrow('database not found')
})
