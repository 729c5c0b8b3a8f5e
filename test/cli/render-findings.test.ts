import { expect, test } from 'vitest'
import { renderFindings } from '../../src/cli/render-findings.js'
import { fail, ok } from '../../src/operations/doctor/finding.js'

test('a finding is one line and its hint, whatever its text holds', () => {
  expect(renderFindings([fail('permissions', '/data\n/x cannot be written to', 'chown it'), ok('node', 'fine')])).toBe(
    '✗ fail  permissions  /data /x cannot be written to\n          → chown it\n✓ ok    node         fine',
  )
})
