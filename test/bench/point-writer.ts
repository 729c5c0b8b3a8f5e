/**
 * Runs in a process of its own: writes single points of many series over many connections for a fixed time. Receives one
 * `PointJob`, answers with one `PointOutcome` and ends.
 */
import { HttpConnection, postHead } from './http-connection.js'

export type PointJob = {
  port: number
  database: string
  connectionCount: number
  seriesCount: number
  durationMs: number
  /** Timestamps count up from here, so that no point overwrites another. */
  startNs: string
}
export type PointOutcome = { seconds: number; requestCount: number; latenciesMs: number[] } | { error: string }

process.once('message', (job: PointJob) => {
  writePoints(job)
    .catch((error: unknown): PointOutcome => ({ error: String(error) }))
    .then((outcome) => process.send!(outcome, () => process.disconnect()))
})

async function writePoints(job: PointJob): Promise<PointOutcome> {
  const connections = await Promise.all(
    Array.from({ length: job.connectionCount }, () => HttpConnection.open(job.port)),
  )
  const latenciesMs: number[] = []
  let written = 0
  const startMs = performance.now()
  const endMs = startMs + job.durationMs
  const firstNs = BigInt(job.startNs)
  const write = async (connection: HttpConnection) => {
    for (let sentMs = performance.now(); sentMs < endMs; sentMs = performance.now()) {
      const point = written++
      const line = `sensor,device=device_${point % job.seriesCount},site=north value=${point % 1000}i ${firstNs + BigInt(point)}`
      const answer = await connection.send([postHead(`/write?db=${job.database}`, line.length) + line])
      if (answer.status !== 204) throw new Error(`write answered ${answer.status}: ${answer.body.toString()}`)
      latenciesMs.push(performance.now() - sentMs)
    }
  }
  await Promise.all(connections.map(write))
  const seconds = (performance.now() - startMs) / 1000
  for (const connection of connections) connection.close()
  return { seconds, requestCount: latenciesMs.length, latenciesMs }
}
