/** From the configuration's names to what the subscription service takes. */

import type { ConfigValues } from './config/option-table.js'
import type { SubscriptionSettings } from './services/subscriptions/subscription-service.js'

/** Of one subscription: some 500 k rows of ten fields. */
const QUEUED_BYTES_MAX = 64 * 2 ** 20

export function toSubscriptionSettings(values: ConfigValues): SubscriptionSettings {
  return {
    timeoutMs: values['subscriber.http-timeout'],
    isCertificateChecked: !values['subscriber.insecure-skip-verify'],
    queuedWriteCountMax: values['subscriber.write-buffer-size'],
    queuedBytesMax: QUEUED_BYTES_MAX,
    concurrentWriteCountMax: values['subscriber.write-concurrency'],
  }
}
