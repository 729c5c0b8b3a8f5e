/** The parts of a JSON answer around its rows, in the field order of InfluxDB's Result and Row. */

import type { ResultMessage, SeriesFrame } from '../../../engine/index.js'
import type { ByteWriter } from './byte-writer.js'
import { writeJsonString } from './write-json-string.js'

/** `{"name":…,"tags":{…},"columns":[…]`; `values`, `partial` and the brace follow. */
export function writeSeriesHead(writer: ByteWriter, frame: SeriesFrame): void {
  writer.ascii('{')
  if (frame.name !== '') {
    writer.ascii('"name":')
    writeJsonString(writer, frame.name)
    writer.ascii(',')
  }
  if (frame.tags !== null && frame.tags.length > 0) {
    writer.ascii('"tags":{')
    frame.tags.forEach(([key, value], index) => {
      if (index > 0) writer.ascii(',')
      writeJsonString(writer, key)
      writer.ascii(':')
      writeJsonString(writer, value)
    })
    writer.ascii('},')
  }
  writer.ascii('"columns":[')
  frame.columns.forEach((column, index) => {
    if (index > 0) writer.ascii(',')
    writeJsonString(writer, column.name)
  })
  writer.ascii(']')
}

/** What follows the series inside a result: `,"messages":[…],"partial":true,"error":"…"}`. */
export function writeResultTail(
  writer: ByteWriter,
  messages: readonly ResultMessage[],
  isPartial: boolean,
  error: string | null,
): void {
  if (messages.length > 0) {
    writer.ascii(',"messages":[')
    messages.forEach((message, index) => {
      writer.ascii(index === 0 ? '{"level":' : ',{"level":')
      writeJsonString(writer, message.level)
      writer.ascii(',"text":')
      writeJsonString(writer, message.text)
      writer.ascii('}')
    })
    writer.ascii(']')
  }
  if (isPartial) writer.ascii(',"partial":true')
  if (error !== null) {
    writer.ascii(',"error":')
    writeJsonString(writer, error)
  }
  writer.ascii('}')
}

/** The body of a failed encoding: Go's marshaller names the types that it was inside. */
export function marshalFailure(reason: string): string {
  const inner = `json: error calling MarshalJSON for type *query.Result: ${reason}`
  return `json: error calling MarshalJSON for type httpd.Response: ${inner}`
}
