/** May this stream be coloured? `NO_COLOR` and `--no-color` say no, `FORCE_COLOR` says yes, else a terminal decides. */

export interface ColorQuestion {
  readonly isTerminal: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
}

export function isColorWanted({ isTerminal, environment }: ColorQuestion): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false
  const forced = environment['FORCE_COLOR'] ?? ''
  if (forced !== '') return forced !== '0' && forced !== 'false'
  return isTerminal && environment['TERM'] !== 'dumb'
}
