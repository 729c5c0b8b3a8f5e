/** `multipart/form-data` bodies: fields, and files as text. Enough for `curl -F q=@statements.txt`; never a write. */

import type { Params } from './parse-target.js'

export interface MultipartForm {
  readonly fields: Params
  /** By field name, contents as UTF-8. */
  readonly files: Params
}

export function parseMultipart(contentType: string, body: Uint8Array): MultipartForm {
  const fields = new Map<string, string>()
  const files = new Map<string, string>()
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  if (boundary === null) return { fields, files }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  for (const part of splitParts(bytes, `--${boundary[1] ?? boundary[2]}`)) addPart(part, fields, files)
  return { fields, files }
}

function* splitParts(bytes: Buffer, delimiter: string): Iterable<Buffer> {
  let start = bytes.indexOf(delimiter)
  while (start !== -1) {
    const partStart = start + delimiter.length
    // `--` after a delimiter ends the form.
    if (bytes.toString('latin1', partStart, partStart + 2) === '--') return
    const next = bytes.indexOf(`\r\n${delimiter}`, partStart)
    if (next === -1) return
    yield bytes.subarray(partStart + 2, next)
    start = next + 2
  }
}

function addPart(part: Buffer, fields: Map<string, string>, files: Map<string, string>): void {
  const headEnd = part.indexOf('\r\n\r\n')
  if (headEnd === -1) return
  const head = part.toString('utf8', 0, headEnd)
  // At the start of a line only: looked for everywhere, a long head would be read again from each of its words.
  const name = /^content-disposition:[^\r\n]*[;\s]name="([^"]*)"/im.exec(head)
  if (name === null) return
  const isFile = /^content-disposition:[^\r\n]*[;\s]filename="/im.test(head)
  const target = isFile ? files : fields
  if (!target.has(name[1])) target.set(name[1], part.toString('utf8', headEnd + 4))
}
