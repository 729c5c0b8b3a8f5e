/**
 * Hands the points of one subscription on: a bounded queue of writes, several of them on their way at a time, nothing
 * tried twice. What does not fit into the queue is dropped and counted; writers never wait for a destination.
 */

import type { StoredPoints, Subscription } from '../../../engine/index.js'
import type { Destination } from './destination.js'

export interface ForwarderLimits {
  readonly queuedWriteCountMax: number
  readonly queuedBytesMax: number
  readonly concurrentWriteCountMax: number
}

export interface DestinationCounts {
  readonly url: string
  pointsWritten: number
  writeFailures: number
}

export interface ForwarderCounts {
  readonly destinations: readonly DestinationCounts[]
  readonly droppedPointCount: number
  readonly queuedWriteCount: number
}

interface Lane {
  readonly destination: Destination
  readonly counts: DestinationCounts
}

/** How long closing waits for what is on its way. */
const DRAIN_MS = 2000

export class Forwarder {
  readonly #mode: Subscription['mode']
  readonly #limits: ForwarderLimits
  readonly #lanes: readonly Lane[]
  readonly #controller = new AbortController()
  readonly #queue: StoredPoints[] = []
  #queuedBytes = 0
  #activeCount = 0
  #nextLane = 0
  #droppedPointCount = 0
  #whenIdle: (() => void) | null = null

  constructor(subscription: Subscription, limits: ForwarderLimits, open: (url: string) => Destination) {
    this.#mode = subscription.mode
    this.#limits = limits
    this.#lanes = subscription.destinations.map((url) => ({
      destination: open(url),
      counts: { url, pointsWritten: 0, writeFailures: 0 },
    }))
  }

  counts(): ForwarderCounts {
    return {
      destinations: this.#lanes.map(({ counts }) => counts),
      droppedPointCount: this.#droppedPointCount,
      queuedWriteCount: this.#queue.length,
    }
  }

  /** Never waits. False when the points had to be dropped. */
  offer(points: StoredPoints): boolean {
    const { queuedWriteCountMax, queuedBytesMax } = this.#limits
    const isFull =
      this.#queue.length >= queuedWriteCountMax ||
      (this.#queue.length > 0 && this.#queuedBytes + points.byteCount > queuedBytesMax)
    if (isFull || this.#controller.signal.aborted) {
      this.#droppedPointCount += points.rowCount
      return false
    }
    this.#queue.push(points)
    this.#queuedBytes += points.byteCount
    this.#pump()
    return true
  }

  async close(): Promise<void> {
    if (this.#activeCount > 0) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve
        timer = setTimeout(resolve, DRAIN_MS)
      })
      clearTimeout(timer)
    }
    this.#controller.abort(new Error('subscription closed'))
    for (const { rowCount } of this.#queue.splice(0)) this.#droppedPointCount += rowCount
    for (const { destination } of this.#lanes) await destination.close()
  }

  #pump(): void {
    while (this.#activeCount < this.#limits.concurrentWriteCountMax) {
      const points = this.#queue.shift()
      if (points === undefined) break
      this.#queuedBytes -= points.byteCount
      this.#activeCount++
      void this.#forward(points).finally(() => {
        this.#activeCount--
        this.#pump()
      })
    }
    if (this.#activeCount === 0) this.#whenIdle?.()
  }

  async #forward(points: StoredPoints): Promise<void> {
    // Printed outside of the write that brought the points.
    await new Promise((resolve) => setImmediate(resolve))
    for (const { body, rowCount } of points.lines()) {
      if (this.#controller.signal.aborted) return
      if (this.#mode === 'ALL') await Promise.all(this.#lanes.map((lane) => this.#send(lane, body, rowCount)))
      else await this.#sendToOne(body, rowCount)
    }
  }

  /** Destinations take turns; one that fails passes its turn on. */
  async #sendToOne(body: Buffer, rowCount: number): Promise<void> {
    for (let attempt = 0; attempt < this.#lanes.length; attempt++) {
      const lane = this.#lanes[this.#nextLane]
      this.#nextLane = (this.#nextLane + 1) % this.#lanes.length
      if (await this.#send(lane, body, rowCount)) return
    }
  }

  async #send({ destination, counts }: Lane, body: Buffer, rowCount: number): Promise<boolean> {
    try {
      await destination.send(body, this.#controller.signal)
      counts.pointsWritten += rowCount
      return true
    } catch {
      counts.writeFailures++
      return false
    }
  }
}
