/**
 * Keeps a forwarder for each subscription that points arrive for, and hands stored points to those whose database and
 * policy they belong to. Without subscriptions a write costs one look into the metadata.
 */

import type { Engine, EngineLog, MetaState, Statistic, StoredPoints, Subscription } from '../../../engine/index.js'
import type { RunningService } from '../continuous-query-service.js'
import { type Destination, type DestinationOptions, openDestination } from './destination.js'
import { Forwarder, type ForwarderCounts, type ForwarderLimits } from './forwarder.js'

export interface SubscriptionSettings extends ForwarderLimits, DestinationOptions {}

export interface SubscriptionCounts extends ForwarderCounts {
  readonly database: string
  readonly subscription: Subscription
}

export class SubscriptionService implements RunningService {
  readonly #engine: Pick<Engine, 'catalog' | 'onStored'>
  readonly #settings: SubscriptionSettings
  readonly #log: EngineLog
  readonly #forwarders = new Map<string, { readonly database: string; readonly forwarder: Forwarder }>()
  readonly #unlisten: () => void
  #meta: MetaState | null = null
  /** Writes, not points: as influxd counts them. */
  offeredWriteCount = 0
  droppedWriteCount = 0
  createFailureCount = 0

  constructor(engine: Pick<Engine, 'catalog' | 'onStored'>, settings: SubscriptionSettings, log: EngineLog) {
    this.#engine = engine
    this.#settings = settings
    this.#log = log
    this.#unlisten = engine.onStored((points) => this.#take(points))
  }

  /** Of all subscriptions, in order of creation; those that no point has come for yet have counts of zero. */
  counts(): SubscriptionCounts[] {
    this.#forgetDropped()
    return [...this.#engine.catalog.meta.databases.values()].flatMap(({ name: database, subscriptions = [] }) =>
      subscriptions.map((subscription) => {
        const known = this.#forwarders.get(keyOf(database, subscription))
        return { database, subscription, ...(known?.forwarder.counts() ?? noCounts(subscription)) }
      }),
    )
  }

  statistics(): Statistic[] {
    const lanes = this.counts().flatMap(({ database, subscription, destinations }) =>
      destinations.map(({ url, pointsWritten, writeFailures }): Statistic => {
        const { retentionPolicy: retention_policy, name, mode } = subscription
        const tags = { database, destination: withoutPassword(url), mode, name, retention_policy }
        return { name: 'subscriber', tags, values: { pointsWritten, writeFailures } }
      }),
    )
    const sumOf = (key: string): number => lanes.reduce((sum, { values }) => sum + values[key], 0)
    const values = {
      createFailures: this.createFailureCount,
      pointsWritten: sumOf('pointsWritten'),
      writeFailures: sumOf('writeFailures'),
    }
    const writes = { subWriteDrop: this.droppedWriteCount, subWriteOk: this.offeredWriteCount }
    return [{ name: 'write', tags: null, values: writes }, { name: 'subscriber', tags: null, values }, ...lanes]
  }

  async close(): Promise<void> {
    this.#unlisten()
    await Promise.all([...this.#forwarders.values()].map(({ forwarder }) => forwarder.close()))
    this.#forwarders.clear()
  }

  #take(points: StoredPoints): void {
    this.#forgetDropped()
    const subscriptions = this.#engine.catalog.database(points.database)?.subscriptions
    if (subscriptions === undefined || subscriptions.length === 0) return
    for (const subscription of subscriptions) {
      if (subscription.retentionPolicy !== points.retentionPolicy) continue
      if (this.#forwarderOf(points.database, subscription).offer(points)) this.offeredWriteCount++
      else this.droppedWriteCount++
    }
  }

  #forwarderOf(database: string, subscription: Subscription): Forwarder {
    const key = keyOf(database, subscription)
    const known = this.#forwarders.get(key)
    if (known !== undefined) return known.forwarder
    const target = { database, retentionPolicy: subscription.retentionPolicy }
    const forwarder = new Forwarder(subscription, this.#settings, (url) => this.#open(url, target))
    this.#forwarders.set(key, { database, forwarder })
    return forwarder
  }

  #open(url: string, target: Parameters<typeof openDestination>[1]): Destination {
    try {
      return openDestination(url, target, this.#settings)
    } catch (error) {
      this.createFailureCount++
      this.#log.warn('a destination of a subscription cannot be used', {
        url: withoutPassword(url),
        error: String(error),
      })
      return { send: () => Promise.reject(error), close: async () => {} }
    }
  }

  /** Metadata is immutable, so that its identity tells whether anything changed. */
  #forgetDropped(): void {
    const { meta } = this.#engine.catalog
    if (meta === this.#meta) return
    this.#meta = meta
    for (const [key, { database, forwarder }] of this.#forwarders) {
      const isThere = meta.databases.get(database)?.subscriptions?.some((one) => keyOf(database, one) === key)
      if (isThere) continue
      this.#forwarders.delete(key)
      void forwarder.close()
    }
  }
}

function noCounts({ destinations }: Subscription): ForwarderCounts {
  return {
    destinations: destinations.map((url) => ({ url, pointsWritten: 0, writeFailures: 0 })),
    droppedPointCount: 0,
    queuedWriteCount: 0,
  }
}

/** Another subscription of the same name begins anew. */
function keyOf(database: string, { retentionPolicy, name, mode, destinations }: Subscription): string {
  return JSON.stringify([database, retentionPolicy, name, mode, destinations])
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//')
}
