/**
 * What each exit code means, once. Scripts decide by these numbers, so a number never changes its meaning; a number
 * that is not here has to be read as failure. 127 (unknown command), 130 (Ctrl-C) and 143 (SIGTERM) are the shell's.
 */

export const EXIT_CODES = {
  ok: { code: 0, text: 'done, nothing skipped' },
  failed: { code: 1, text: 'any failure without a number of its own' },
  usage: { code: 2, text: 'wrong flag, argument or configuration file' },
  partial: { code: 3, text: 'finished, but something was skipped, rejected or unreadable' },
  unreachable: { code: 4, text: 'cannot connect, or timed out' },
  denied: { code: 5, text: 'credentials missing, wrong, or not enough' },
  missing: { code: 6, text: 'database, backup set, node or file does not exist' },
  conflict: { code: 7, text: 'target exists or is not empty; type conflict; source changed under the plan' },
  mismatch: { code: 8, text: 'a check answered "no"' },
  locked: { code: 9, text: 'another process holds the data directory, repository or job' },
  'no-leader': { code: 10, text: 'no quorum or no leader; try again later' },
  'no-space': { code: 11, text: 'disk full on either side' },
} as const satisfies Record<string, { code: number; text: string }>

export type ExitName = keyof typeof EXIT_CODES

export function exitCode(name: ExitName): number {
  return EXIT_CODES[name].code
}
