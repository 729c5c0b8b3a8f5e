/**
 * Samples of a running server. Each host has a connection of its own, so that a slow or dead one holds up nothing: after a
 * failure the next one is asked. A server without our endpoint is asked the way InfluxDB 1.x can be.
 */

import { ClientError } from '../../client/client-error.js'
import { type ClientOptions, HttpClient } from '../../client/http-client.js'
import { columnOf, runStatement } from '../../client/run-statement.js'
import { readColumnList, readMeasurementList, readServerSample, type ServerSample } from '../../client/server-sample.js'
import type { DetailAnswer, DetailRequest, ServerAction } from '../model/top-state.js'
import { sampleInfluxdb } from './influxdb-sample.js'
import type { HeardSample, SampleSource } from './sample-source.js'

const SAMPLE_PATH = '/api/v1/top'

export class ServerSource implements SampleSource {
  #options: ClientOptions
  readonly #clients = new Map<string, HttpClient>()
  /** Hosts that answered, but not as one of ours. */
  readonly #others = new Set<string>()
  #hostIndex = 0
  #isClosed = false

  constructor(options: ClientOptions) {
    this.#options = options
  }

  get host(): string {
    return this.#options.hosts[this.#hostIndex]
  }

  async sample(waitMs: number): Promise<HeardSample> {
    const { host } = this
    try {
      return { sample: await within(waitMs, host, this.#sampleOf(host)), host }
    } catch (error) {
      this.#hostIndex = (this.#hostIndex + 1) % this.#options.hosts.length
      throw error
    }
  }

  async detail(request: DetailRequest): Promise<DetailAnswer> {
    try {
      return await this.#ask(request)
    } catch (error) {
      return { kind: 'failed', reason: (error as Error).message }
    }
  }

  async act(action: ServerAction): Promise<string> {
    const client = await this.#clientOf(this.host)
    switch (action.kind) {
      case 'kill-query':
        await runStatement(client, `KILL QUERY ${action.id}`)
        return `query ${action.id} is ending`
      case 'compact':
        await client.postJson('/api/v1/compact')
        return 'compaction has begun: see view 8'
      case 'cancel-job':
        await client.postJson('/api/v1/jobs/cancel', { search: { id: action.id } })
        return `job ${action.id} is stopping`
    }
  }

  logIn(secret: string): void {
    const { credentials } = this.#options
    const known = credentials.kind === 'password' ? credentials.username : ''
    const [, username, password] = known === '' ? (/^([^:]*):([\s\S]*)$/.exec(secret) ?? []) : ['', known, secret]
    this.#options = {
      ...this.#options,
      credentials: { kind: 'password', username: username ?? '', password: password ?? secret },
    }
    for (const client of this.#clients.values()) void client.close()
    this.#clients.clear()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    // A request that hangs is not worth waiting for, and must not keep the process.
    await Promise.all([...this.#clients.values()].map((client) => client.abandon()))
  }

  async #sampleOf(host: string): Promise<ServerSample> {
    const client = await this.#clientOf(host)
    if (!this.#others.has(host)) {
      try {
        return readServerSample(await client.getJson(SAMPLE_PATH))
      } catch (error) {
        if (!isNotOurs(error)) throw error
        this.#others.add(host)
      }
    }
    return await sampleInfluxdb(client, host)
  }

  async #ask(request: DetailRequest): Promise<DetailAnswer> {
    const client = await this.#clientOf(this.host)
    switch (request.kind) {
      case 'measurements': {
        const search = { db: request.database, rp: request.retentionPolicy }
        const list = readMeasurementList(await client.getJson('/api/v1/measurements', { search }))
        return { kind: 'measurements', list }
      }
      case 'columns': {
        const search = { db: request.database, measurement: request.measurement }
        return { kind: 'columns', list: readColumnList(await client.getJson('/api/v1/columns', { search })) }
      }
      case 'explain': {
        const series = await runStatement(client, `EXPLAIN ${request.text}`, { database: request.database })
        const lines = series.flatMap((each) => columnOf([each], each.columns[0]))
        return { kind: 'text', text: lines.join('\n') }
      }
    }
  }

  async #clientOf(host: string): Promise<HttpClient> {
    const known = this.#clients.get(host)
    if (known !== undefined) return known
    const client = await HttpClient.open({ ...this.#options, hosts: [host] })
    if (this.#isClosed) await client.abandon()
    this.#clients.set(host, client)
    return client
  }
}

/** What a server says that does not know the path. */
function isNotOurs(error: unknown): boolean {
  return error instanceof ClientError && error.status === 404
}

async function within<T>(waitMs: number, host: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const text = `no answer from ${host} within ${waitMs / 1000} s`
    timer = setTimeout(() => reject(new ClientError('unreachable', text)), waitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // The one that lost may fail later; nobody listens any more.
    work.catch(() => {})
  }
}
