import { expect, test } from 'vitest'
import type { CommandFacts } from '../../../src/cli/help/man-page.js'
import { type ManualFacts, manual } from '../../../src/cli/help/manual.js'

const QUERY = {
  id: 'query',
  summary: 'Run InfluxQL statements',
  description: 'Prints `tables`.\n.TH is text here\n\nEXIT CODES\n  0 done   4 server unreachable',
  examples: [
    'Ask:\n<%= config.bin %> <%= command.id %> -e \'SELECT "v\\n" FROM m\'',
    'echo x | <%= config.bin %> query -',
  ],
  args: { source: { name: 'source', description: '"-" is stdin.' } },
  strict: true,
  flags: {
    json: { name: 'json', type: 'boolean', helpGroup: 'GLOBAL', description: 'Format output as json.' },
    host: { name: 'host', type: 'option', char: 'H', multiple: true, helpValue: 'URL', helpGroup: 'CONNECTION' },
    'token-file': { name: 'token-file', type: 'option', helpGroup: 'CONNECTION', summary: 'A token.' },
    format: { name: 'format', type: 'option', options: ['csv', 'json'], default: 'csv', summary: 'How.' },
    file: { name: 'file', type: 'option', required: true, helpValue: 'FILE', summary: 'What.', env: 'HYPERBYTE_FILE' },
    redact: { name: 'redact', type: 'boolean', allowNo: true, summary: 'Hide.' },
    old: { name: 'old', type: 'boolean', hidden: true, summary: 'Not for people.' },
  },
} as unknown as CommandFacts

const plain = (id: string, more: object = {}) =>
  ({ id, summary: `Do ${id}`, flags: {}, args: {}, examples: [], ...more }) as unknown as CommandFacts

const FACTS: ManualFacts = {
  bin: 'hyperbyte',
  version: '1.2.3',
  description: 'A database',
  commands: [QUERY, plain('db:list'), plain('backup'), plain('backup:list'), plain('secret', { hidden: true })],
  topics: {
    db: { description: 'Databases' },
    backup: { description: 'Backups' },
    help: { description: 'Guides', hidden: true },
  },
}

const pages = manual(FACTS)
const linesOf = (name: string) => pages.get(name)!.split('\n')

test('there is a page for the program, each topic and each command that is shown', () => {
  expect([...pages.keys()].sort()).toEqual([
    'hyperbyte-backup-list.1',
    'hyperbyte-backup.1',
    'hyperbyte-db-list.1',
    'hyperbyte-db.1',
    'hyperbyte-query.1',
    'hyperbyte.1',
  ])
})

test('a page has its sections in the order of manuals, and none that is empty', () => {
  const names = linesOf('hyperbyte-query.1').filter((line) => line.startsWith('.S'))
  expect(names).toEqual([
    '.SH NAME',
    '.SH SYNOPSIS',
    '.SH DESCRIPTION',
    '.SH ARGUMENTS',
    '.SH OPTIONS',
    ...['.SS WHAT', '.SS CONNECTION', '.SS OUTPUT', '.SS GLOBAL'],
    '.SH EXAMPLES',
    '.SH EXIT STATUS',
    '.SH ENVIRONMENT',
    '.SH FILES',
    '.SH SEE ALSO',
  ])
  expect(linesOf('hyperbyte-db-list.1').filter((line) => line.startsWith('.S'))).not.toContain('.SH OPTIONS')
})

test('what one has to give stands in the synopsis', () => {
  expect(pages.get('hyperbyte-query.1')).toContain(
    '.SH SYNOPSIS\n\\fBhyperbyte query\\fR [\\fISOURCE\\fR] \\fB\\-\\-file\\fR=\\fIFILE\\fR [\\fIFLAGS\\fR]\n',
  )
})

test('options say what they take, and hidden ones nothing', () => {
  const page = pages.get('hyperbyte-query.1')!
  expect(page).toContain('\\fB\\-H\\fR, \\fB\\-\\-host\\fR=\\fIURL\\fR...\n')
  expect(page).toContain('\\fB\\-\\-format\\fR=\\fBcsv\\fR|\\fBjson\\fR\nHow.\nDefault: \\fBcsv\\fR.\n')
  expect(page).toContain('What.\nRequired.\nEnvironment: \\fBHYPERBYTE_FILE\\fR.\n')
  expect(page).toContain('\\fB\\-\\-[no\\-]redact\\fR\n')
  expect(page).toContain('Print one document, its form named by \\fBschema\\fR')
  expect(page).not.toContain('Not for people')
})

test('an example is as it is typed', () => {
  expect(pages.get('hyperbyte-query.1')).toContain(
    '.PP\nAsk:\n.RS 4\n.nf\n$ hyperbyte query \\-e \\(aqSELECT \\(dqv\\en\\(dq FROM m\\(aq\n.fi\n.RE\n',
  )
})

test('no text is read as a request', () => {
  const known = /^\.(TH|SH|SS|PP|TP|RS|RE|nf|fi|nh|ad)\b/
  for (const text of pages.values()) {
    const requests = text.split('\n').filter((line) => /^[.']/.test(line))
    expect(requests.filter((line) => !known.test(line))).toEqual([])
    expect(text.match(/^\.TH/gm)).toHaveLength(1)
  }
})

test('the page of a command that has others under it lists them', () => {
  expect(pages.get('hyperbyte-backup.1')).toContain('\\fBhyperbyte\\-backup\\-list\\fR(1)\nDo backup:list.\n')
})

test('the page of the program tells every exit code', () => {
  const page = pages.get('hyperbyte.1')!
  for (const code of [0, 3, 11, 127, 130]) expect(page).toContain(`.TP\n\\fB${code}\\fR\n`)
})
