/** What can go wrong between a client and a server, in one closed list; commands map each kind to an exit code. */

export type ClientErrorKind =
  /** No connection, no answer in time, or a server that says "not now". */
  | 'unreachable'
  | 'denied'
  | 'missing'
  /** The server refused the request and would refuse it again. */
  | 'rejected'
  /** Part of a write was taken, part was refused. */
  | 'partial'
  | 'conflict'
  | 'no-space'
  /** Something answered, but not in a way a time-series server does. */
  | 'unexpected'

export class ClientError extends Error {
  readonly kind: ClientErrorKind
  readonly status: number | null

  constructor(kind: ClientErrorKind, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'ClientError'
    this.kind = kind
    this.status = options.status ?? null
  }
}
