/** One thing that was looked at. `fail` means that the server will not work well, or not at all. */
export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly text: string
  /** What to do about it; null when there is nothing to do. */
  readonly hint: string | null
}

export function ok(check: string, text: string): Finding {
  return { check, state: 'ok', text, hint: null }
}

export function warn(check: string, text: string, hint: string): Finding {
  return { check, state: 'warn', text, hint }
}

export function fail(check: string, text: string, hint: string): Finding {
  return { check, state: 'fail', text, hint }
}
