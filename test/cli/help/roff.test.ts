import { describe, expect, test } from 'vitest'
import { escapeRoff, paragraphs, styleRoff } from '../../../src/cli/help/roff.js'

describe('text', () => {
  test.each([
    ['a-b --flag', 'a\\-b \\-\\-flag'],
    ['C:\\new', 'C:\\enew'],
    ['.TH is no request', '\\&.TH is no request'],
    ["'tis none", '\\(aqtis none'],
    ['"x" `y` ~/z ^', '\\(dqx\\(dq \\(gay\\(ga \\(ti/z \\(ha'],
    ['s3://… → 日本', 's3://\\[u2026] \\[u2192] \\[u65E5]\\[u672C]'],
    ['😀', '\\[u1F600]'],
    ['a\tb\u001b', 'a b '],
    [' set in', '\\& set in'],
    ['', ''],
  ])('%j is %j', (text, roff) => {
    expect(escapeRoff(text)).toBe(roff)
  })

  test('what stands between backticks is bold, and an odd one stays', () => {
    expect(styleRoff('with `--json` and `.toml`')).toBe('with \\fB\\-\\-json\\fR and \\fB.toml\\fR')
    expect(styleRoff('`a` b')).toBe('\\fBa\\fR b')
    expect(styleRoff("it's a ` alone")).toBe('it\\(aqs a \\(ga alone')
  })
})

test('empty lines part paragraphs, and what is set in stays as it is', () => {
  expect(paragraphs('One\ntwo.\n\nFormats:\n  csv   a-b\n  json  .x\nAll.')).toEqual([
    ...['.PP', 'One', 'two.'],
    ...['.PP', 'Formats:', '.RS 4', '.nf', 'csv   a\\-b', 'json  .x', '.fi', '.RE', 'All.'],
  ])
})
