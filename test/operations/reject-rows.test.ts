import { expect, test, vi } from 'vitest'
import { ClientError } from '../../src/client/client-error.js'
import type { Target } from '../../src/client/target.js'
import { rejectRows } from '../../src/operations/reject-rows.js'
import { RejectedLines } from '../../src/operations/rejected-lines.js'

test('a target that is busy while refused rows are looked for is asked again', async () => {
  const refusal = new ClientError('partial', 'partial write: points beyond retention policy dropped=1', { status: 400 })
  const bodies: string[] = []
  const write = vi.fn(async ({ body }: { body: Uint8Array }) => {
    if (write.mock.calls.length === 1) throw new ClientError('unreachable', 'the server is busy', { status: 503 })
    bodies.push(Buffer.from(body).toString())
    if (bodies.length === 1) throw refusal
  })
  const rejected = new RejectedLines(null)
  const { onRefused } = rejectRows({
    target: { write } as unknown as Target,
    database: 'd',
    retentionPolicy: '',
    isCompressed: false,
    rejected,
    signal: new AbortController().signal,
  })
  const columns = {
    measurement: 'm',
    series: [[]],
    seriesOfRow: null,
    rowCount: 2,
    timestamps: BigInt64Array.of(1n, 2n),
    fields: [{ name: 'v', type: 'float', validity: null, values: Float64Array.of(1, 2) }],
  } as const
  await onRefused([columns], refusal)
  expect(bodies).toEqual(['m v=1 1\n', 'm v=2 2\n'])
  expect(rejected.count).toBe(1)
})
