/** States as sign, word and tone: colour never carries a meaning alone. */

import type { Tone } from './line.js'

export interface StateMark {
  readonly sign: string
  readonly tone: Tone
}

const MARKS: Readonly<Record<string, StateMark>> = {
  active: { sign: '●', tone: 'ok' },
  lagging: { sign: '▲', tone: 'warning' },
  down: { sign: '✗', tone: 'critical' },
  joining: { sign: '◌', tone: 'accent' },
  draining: { sign: '‖', tone: 'warning' },
  'read-only': { sign: '✗', tone: 'critical' },
  running: { sign: '●', tone: 'accent' },
  waiting: { sign: '◌', tone: 'dim' },
  done: { sign: '✓', tone: 'ok' },
  failed: { sign: '✗', tone: 'critical' },
  cancelled: { sign: '‖', tone: 'warning' },
  killed: { sign: '‖', tone: 'warning' },
  info: { sign: ' ', tone: 'plain' },
  warn: { sign: '▲', tone: 'warning' },
  error: { sign: '✗', tone: 'critical' },
  healthy: { sign: '●', tone: 'ok' },
  degraded: { sign: '▲', tone: 'warning' },
  critical: { sign: '✗', tone: 'critical' },
  warning: { sign: '▲', tone: 'warning' },
}

export function markOf(state: string): StateMark {
  return MARKS[state] ?? { sign: '·', tone: 'plain' }
}

/** `● active` */
export function markedState(state: string): string {
  return `${markOf(state).sign} ${state}`
}
