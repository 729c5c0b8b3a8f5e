/**
 * The one line that monitoring systems read. Nagios wants its own exit codes (0 ok, 1 warning, 2 critical, 3 unknown) and
 * a line; Prometheus' textfile collector wants metrics.
 */

import { Flags } from '@oclif/core'

export type CheckState = 'ok' | 'warning' | 'critical' | 'unknown'

export interface CheckOutcome {
  /** `hyperbyte status`. */
  readonly name: string
  readonly state: CheckState
  readonly text: string
  readonly metrics: readonly CheckMetric[]
}

export interface CheckMetric {
  /** `disk_free_bytes`. */
  readonly name: string
  readonly value: number
}

export const checkFlags = {
  check: Flags.boolean({ summary: 'End with 8 when something is wrong.' }),
  'check-format': Flags.option({ options: ['nagios', 'prometheus'] as const })({
    summary: 'Print for a monitoring system; nagios also brings its own exit codes 0, 1, 2, 3.',
  }),
}

const NAGIOS_CODE = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const satisfies Record<CheckState, number>

export function nagiosCode(state: CheckState): number {
  return NAGIOS_CODE[state]
}

export function renderNagios({ name, state, text, metrics }: CheckOutcome): string {
  const values = metrics.map((metric) => `${metric.name}=${metric.value}`).join(' ')
  return `${name.toUpperCase()} ${state.toUpperCase()} - ${text.replaceAll('|', '/')}${values === '' ? '' : ` | ${values}`}`
}

export function renderPrometheus({ name, state, metrics }: CheckOutcome): string {
  const prefix = name.replace(/\W+/g, '_')
  const all = [{ name: 'healthy', value: state === 'ok' ? 1 : 0 }, ...metrics]
  return all
    .map((metric) => `# TYPE ${prefix}_${metric.name} gauge\n${prefix}_${metric.name} ${metric.value}\n`)
    .join('')
    .trimEnd()
}
