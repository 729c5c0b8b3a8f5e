/**
 * Runs in a process of its own: sends prepared batches to `POST /write` over several connections as fast as the server
 * takes them. Receives one `LoadJob`, answers with one `LoadOutcome` and ends.
 */
import { openSync, readSync } from 'node:fs'
import { HttpConnection, postHead } from './http-connection.js'
import type { LoadBatch } from './load-file.js'

export type LoadJob = { port: number; database: string; path: string; batches: LoadBatch[]; connectionCount: number }
export type LoadOutcome = { seconds: number; rowCount: number; latenciesMs: number[] } | { error: string }

process.once('message', (job: LoadJob) => {
  load(job)
    .catch((error: unknown): LoadOutcome => ({ error: String(error) }))
    .then((outcome) => process.send!(outcome, () => process.disconnect()))
})

async function load(job: LoadJob): Promise<LoadOutcome> {
  const file = openSync(job.path, 'r')
  const connections = await Promise.all(
    Array.from({ length: job.connectionCount }, () => HttpConnection.open(job.port)),
  )
  const latenciesMs: number[] = []
  let next = 0
  const sendBatches = async (connection: HttpConnection) => {
    let buffer = Buffer.alloc(0)
    while (next < job.batches.length) {
      const batch = job.batches[next++]!
      if (buffer.length < batch.length) buffer = Buffer.alloc(batch.length)
      const body = buffer.subarray(0, batch.length)
      readSync(file, body, 0, batch.length, batch.offset)
      const startMs = performance.now()
      const answer = await connection.send([postHead(`/write?db=${job.database}`, body.length), body])
      latenciesMs.push(performance.now() - startMs)
      if (answer.status !== 204) throw new Error(`write answered ${answer.status}: ${answer.body.toString()}`)
    }
  }
  const startMs = performance.now()
  await Promise.all(connections.map(sendBatches))
  const seconds = (performance.now() - startMs) / 1000
  for (const connection of connections) connection.close()
  return { seconds, rowCount: job.batches.reduce((sum, batch) => sum + batch.rowCount, 0), latenciesMs }
}
