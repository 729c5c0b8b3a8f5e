/** Findings as a table: a sign and a word, because not everybody sees colours. */

import type { Finding } from '../operations/doctor/finding.js'
import { renderTable } from './render-table.js'

const SIGN = { ok: '✓ ok', warn: '! warn', fail: '✗ fail' } as const satisfies Record<Finding['state'], string>

const COLUMNS = [
  { name: '', align: 'left' },
  { name: '', align: 'left' },
  { name: '', align: 'left' },
] as const

export function renderFindings(findings: readonly Finding[]): string {
  // A name or a message of the system may hold line ends.
  const rows = findings.map(({ state, check, text }) => [SIGN[state], check, text.replace(/\s*\n\s*/g, ' ')])
  const lines = renderTable(COLUMNS, rows, { isHeaderShown: false }).trimEnd().split('\n')
  const hints = findings.map(({ hint }) => (hint === null ? [] : [`          → ${hint}`]))
  return lines.flatMap((line, index) => [line, ...hints[index]]).join('\n')
}
