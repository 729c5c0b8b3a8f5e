import { expect, test } from 'vitest'
import type { DebugSource } from '../../../src/cli/debug/debug-source.js'
import { followJob, followRunning } from '../../../src/cli/debug/follow-merges.js'
import { ClientError } from '../../../src/client/client-error.js'
import type {
  DebugDoneMerge,
  DebugMergeJob,
  DebugParams,
  DebugRunningMerge,
} from '../../../src/client/debug-documents.js'
import { NO_PROGRESS } from '../../../src/operations/progress.js'

const MERGE = { measurement: 'cpu', files: ['a', 'b'], bytes: 10 } as unknown as DebugDoneMerge

const JOB: DebugMergeJob = {
  id: '1',
  state: 'running',
  jobs: 1,
  started: '2026-11-20T03:44:17.000Z',
  ended: null,
  merge_count: 0,
  read_bytes: 0,
  written_bytes: 0,
  merges: [],
  failures: [],
}

/** Answers `compaction` with one job after the other, the last one again and again. */
function sourceOf(answers: readonly (Partial<DebugMergeJob> | Error | null)[], asked: string[] = []): DebugSource {
  let index = 0
  const ask = async (name: string, params: DebugParams = {}) => {
    asked.push(`${name} ${JSON.stringify(params)}`)
    if (name === 'compact') return { job: JOB }
    const answer = answers[Math.min(index++, answers.length - 1)]
    if (answer instanceof Error) throw answer
    return { jobs: answer === null ? [] : [{ ...JOB, ...answer }] }
  }
  return { kind: 'server', name: 'http://db1', ask } as unknown as DebugSource
}

async function follow(source: DebugSource, signal = new AbortController().signal) {
  const told: DebugDoneMerge[] = []
  const job = await followJob(JOB, 100, { source, progress: NO_PROGRESS, signal, onMerge: (merge) => told.push(merge) })
  return { job, told }
}

test('each merge is told once, and all of them stand in the job at its end', async () => {
  const asked: string[] = []
  const one = { merge_count: 1, merges: [MERGE] }
  const source = sourceOf([{}, one, { merge_count: 1 }, { state: 'done', merge_count: 2, merges: [MERGE] }], asked)
  const { job, told } = await follow(source)
  expect([job.state, job.merges.length, told.length]).toEqual(['done', 2, 2])
  expect(asked.at(-1)).toBe('compaction {"id":"1","after":"1"}')
})

test('a server that is away for a moment is asked again', async () => {
  const away = new ClientError('unreachable', 'connection refused')
  expect((await follow(sourceOf([away, { state: 'done' }]))).job.state).toBe('done')
})

test.each([
  ['knows nothing of the job', null],
  ['has another job of this number', { started: '2026-11-20T05:00:00.000Z' }],
])('a server that %s has been restarted', async (_, answer) => {
  await expect(follow(sourceOf([answer]))).rejects.toThrow('http://db1 no longer knows merge job 1')
})

test('an interruption ends the job, and waits for the merges that it has begun', async () => {
  const asked: string[] = []
  const controller = new AbortController()
  const reason = new Error('Ctrl-C')
  controller.abort(reason)
  const source = sourceOf([{}, { state: 'cancelled', merge_count: 1, merges: [MERGE] }], asked)
  await expect(follow(source, controller.signal)).rejects.toBe(reason)
  expect(asked.filter((text) => text.startsWith('compact '))).toEqual(['compact {"cancel":"1"}'])
  expect(asked).toHaveLength(3)
})

test('only what was under way at the beginning is waited for', async () => {
  const running = (...files: string[]) => ({ files }) as unknown as DebugRunningMerge
  const merges = [[running('a', 'b'), running('c')], [running('c')], [running('d', 'e')]]
  const jobs = [
    [JOB],
    [JOB],
    [
      { ...JOB, state: 'done' },
      { ...JOB, id: '2' },
    ],
  ]
  const ask = async (name: string) =>
    name === 'merges' ? { running: merges.shift() ?? [running('d', 'e')] } : { jobs: jobs.shift() }
  const source = { kind: 'server', name: 'http://db1', ask } as unknown as DebugSource
  const { signal } = new AbortController()
  const options = { source, progress: NO_PROGRESS, signal, onMerge: () => {} }
  expect((await followRunning({}, options)).map(({ id, state }) => [id, state])).toEqual([['1', 'done']])
})
