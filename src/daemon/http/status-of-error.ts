/**
 * Engine error codes to HTTP statuses. Telegraf throws a batch away on any 4xx and keeps it on a 5xx, so whatever may
 * succeed later is a 5xx here.
 */

import type { ErrorCode } from '../../engine/index.js'

export const STATUS_OF_ERROR = {
  invalid: 400,
  'database-not-found': 404,
  // InfluxDB's own status; Telegraf drops the batch by this text, whatever the status.
  'retention-policy-not-found': 500,
  conflict: 409,
  forbidden: 403,
  'body-too-large': 413,
  'query-timeout': 503,
  'query-interrupted': 503,
  'limit-exceeded': 503,
  unavailable: 503,
  'no-space': 507,
  corrupt: 500,
  locked: 503,
  unsupported: 400,
  internal: 500,
} satisfies Record<ErrorCode, number>

/** Seconds after which a client should come back. */
export const RETRY_AFTER_SECONDS = '1'
