import { expect, test } from 'vitest'
import { parseMultipart } from '../../../src/daemon/http/parse-multipart.js'

const TYPE = 'multipart/form-data; boundary=b'

function bodyOf(head: string, text: string): Buffer {
  return Buffer.from(`--b\r\n${head}\r\n\r\n${text}\r\n--b--\r\n`)
}

test('a field and a file are told apart, whatever other lines their heads have', () => {
  const field = parseMultipart(
    TYPE,
    bodyOf('Content-Type: text/plain\r\nContent-Disposition: form-data; name="db"', 'd'),
  )
  expect([[...field.fields], [...field.files]]).toEqual([[['db', 'd']], []])
  const file = parseMultipart(TYPE, bodyOf('content-disposition: form-data; name="q"; filename="a.txt"', 'SELECT 1'))
  expect([[...file.fields], [...file.files]]).toEqual([[], [['q', 'SELECT 1']]])
})

test('a head of many words takes no longer than any other', () => {
  const startMs = performance.now()
  const { fields } = parseMultipart(TYPE, bodyOf('content-disposition:'.repeat(20_000), 'x'))
  expect(fields.size).toBe(0)
  expect(performance.now() - startMs).toBeLessThan(500)
})
