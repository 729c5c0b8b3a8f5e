/**
 * Looks at a server from outside while it is busy: `GET /ping` every 50 ms on a connection of its own. An answer's
 * latency counts from the moment the ping was due, so that a frozen server is charged for every ping it delayed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { getHead, HttpConnection } from './http-connection.js'

const INTERVAL_MS = 50

export class PingProbe {
  readonly #latenciesMs: number[] = []
  readonly #connection: HttpConnection
  readonly #loop: Promise<void>
  #isStopped = false

  static async start(port: number): Promise<PingProbe> {
    return new PingProbe(await HttpConnection.open(port))
  }

  private constructor(connection: HttpConnection) {
    this.#connection = connection
    this.#loop = this.#run()
  }

  /** Ends the probe; at least one latency has been measured. */
  async stop(): Promise<number[]> {
    this.#isStopped = true
    await this.#loop
    this.#connection.close()
    return this.#latenciesMs
  }

  async #run(): Promise<void> {
    for (let dueMs = performance.now(); !this.#isStopped; dueMs += INTERVAL_MS) {
      const waitMs = dueMs - performance.now()
      if (waitMs > 0) await sleep(waitMs)
      // Our own timer's lateness is not the server's fault; a ping that waited for the one before is.
      const countedFromMs = waitMs > 0 ? performance.now() : dueMs
      await this.#connection.send([getHead('/ping')])
      this.#latenciesMs.push(performance.now() - countedFromMs)
    }
  }
}
