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

interface ClientErrorOptions {
  readonly status?: number
  readonly host?: string
  readonly hint?: string
  readonly cause?: unknown
}

export class ClientError extends Error {
  readonly kind: ClientErrorKind
  readonly status: number | null
  /** Of `unreachable`: which server it was, if one can be named. */
  readonly host: string | null
  /** What to do next, where more is known than the kind tells. */
  readonly hint: string | null

  constructor(kind: ClientErrorKind, message: string, options: ClientErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'ClientError'
    this.kind = kind
    this.status = options.status ?? null
    this.host = options.host ?? null
    this.hint = options.hint ?? null
  }
}
