import { expect, test } from 'vitest'
import { ExportSections } from '../../../src/operations/transfer/export-sections.js'
import { countLines, LineCutter } from '../../../src/operations/transfer/line-cutter.js'
import { fc } from '../../support/fixed-random.js'

const LINES = [
  'm,host=a v=1 1',
  'm s="two\nlines" 2',
  '# a comment with a " quote',
  'm s="a \\" quote",t="x=y, z\n" 3',
  'm\\ x,t=a\\"b v=1i 4',
  'm v=1 5',
]
const TEXT = LINES.map((line) => line + '\n').join('')

function cut(text: string, pieceBytes: number, bodyBytes: number): string[] {
  const cutter = new LineCutter(bodyBytes)
  const bytes = Buffer.from(text)
  const bodies: Buffer[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const body = cutter.push(bytes.subarray(at, at + pieceBytes))
    if (body !== null) bodies.push(body)
  }
  bodies.push(cutter.finish())
  return bodies.map(String)
}

test('bodies end where lines end, wherever the pieces do', () => {
  const ends = new Set<string>([''])
  for (let count = 1; count <= LINES.length; count++) ends.add(LINES.slice(0, count).join('\n') + '\n')
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 200 }), (pieceBytes, bodyBytes) => {
      let text = ''
      for (const body of cut(TEXT, pieceBytes, bodyBytes)) {
        text += body
        expect(ends).toContain(text)
      }
      expect(text).toBe(TEXT)
    }),
  )
})

test('a last line without a newline is not lost', () => {
  expect(cut('a v=1\nb v=2', 3, 4).join('')).toBe('a v=1\nb v=2')
})

test('comments and empty lines are no points', () => {
  expect(countLines(Buffer.from('# c\nm v=1\n\nm v=2'))).toBe(2)
})

test('directives say where points go, statements of the DDL section are told apart', () => {
  const sections = new ExportSections({ section: 'dml', database: '', retentionPolicy: '' })
  const text =
    '# INFLUXDB EXPORT: a - b\n# DDL\nCREATE DATABASE x\n# DML\n# CONTEXT-DATABASE:x\n# CONTEXT-RETENTION-POLICY:rp\n# writing tsm data\nm v=1 1\n# CONTEXT-DATABASE: y\nm v=2 2\n'
  const parts = [...sections.split(Buffer.from(text))].map((part) =>
    part.kind === 'points' ? `${part.database}.${part.retentionPolicy}: ${part.body}` : part.text,
  )
  expect(parts.slice(1)).toEqual(['CREATE DATABASE x', 'x.rp: # writing tsm data\nm v=1 1\n', 'y.: m v=2 2\n'])
  expect(sections.context).toEqual({ section: 'dml', database: 'y', retentionPolicy: '' })
})

test('what looks like a directive inside of a value is none', () => {
  const sections = new ExportSections({ section: 'dml', database: 'x', retentionPolicy: '' })
  const text = 'm s="a\n# CONTEXT-DATABASE: y\n" 1\nm v=1 2\n'
  expect([...sections.split(Buffer.from(text))]).toEqual([
    { kind: 'points', database: 'x', retentionPolicy: '', body: Buffer.from(text) },
  ])
})

test('a quote that is left open does not gather the rest of a file', () => {
  const cutter = new LineCutter(2 ** 20)
  const piece = Buffer.alloc(8 * 2 ** 20, 'x')
  cutter.push(Buffer.from('good v=1 1\nopen v="'))
  const gather = () => {
    for (let i = 0; i < 5; i++) cutter.push(piece)
  }
  expect(gather).toThrow('is a quote left open in "open v=')
})
