/**
 * Operating failures: one class, one closed union of codes. The engine knows no HTTP; a table beside the routes maps
 * codes to statuses. Messages are what InfluxDB clients read and match; our own detail goes into `cause`.
 */

export type ErrorCode =
  /** The request is wrong and will stay wrong: parse errors, bad parameters, type conflicts. */
  | 'invalid'
  | 'database-not-found'
  | 'retention-policy-not-found'
  | 'conflict'
  /** The user may not do this. */
  | 'forbidden'
  | 'body-too-large'
  | 'query-timeout'
  | 'query-interrupted'
  | 'limit-exceeded'
  /** Try again later: queues full, memory full, starting or stopping. */
  | 'unavailable'
  /** The disk is full or failing; nothing was acknowledged. */
  | 'no-space'
  /** Stored bytes are not what was written. */
  | 'corrupt'
  /** Another process holds the data directory. */
  | 'locked'
  | 'unsupported'
  | 'internal'

export class HyperbyteError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'HyperbyteError'
    this.code = code
  }
}

/** A condition that only a bug can break. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}
