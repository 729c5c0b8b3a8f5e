/** Where samples come from: a server, or a recording. */

import type { ServerSample } from '../../client/server-sample.js'
import type { DetailAnswer, DetailRequest, ServerAction } from '../model/top-state.js'

export interface HeardSample {
  readonly sample: ServerSample
  readonly host: string
}

export interface SampleSource {
  /** Of the host that was asked last. */
  readonly host: string
  /** Throws `ClientError`; the next call asks the next host. Takes `waitMs` at most. */
  sample(waitMs: number): Promise<HeardSample>
  /** Failures are answers here. */
  detail(request: DetailRequest): Promise<DetailAnswer>
  /** Resolves to what there is to say about it. Throws `ClientError`. */
  act(action: ServerAction): Promise<string>
  /** What to go on with: a password, or `user:password` when no user was named. */
  logIn(secret: string): void
  close(): Promise<void>
}
