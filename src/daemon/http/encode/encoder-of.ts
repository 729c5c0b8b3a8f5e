/** The encoder for a format and the request's shape. */

import type { AnswerFormat } from '../answer-format.js'
import { ArrowEncoder } from './arrow-encoder.js'
import { ChunkedJsonEncoder } from './chunked-json-encoder.js'
import { CsvEncoder } from './csv-encoder.js'
import { epochDivisorOf } from './epoch-divisor.js'
import { JsonEncoder } from './json-encoder.js'
import { MsgpackEncoder } from './msgpack-encoder.js'
import { PrettyJsonEncoder } from './pretty-json-encoder.js'
import type { ResultEncoder } from './result-encoder.js'

export interface AnswerShape {
  readonly epoch: string
  readonly isPretty: boolean
  readonly isChunked: boolean
  readonly chunkSize: number
}

export function encoderOf(format: AnswerFormat, shape: AnswerShape): ResultEncoder {
  const epochDivisor = epochDivisorOf(shape.epoch)
  switch (format) {
    case 'application/json': {
      const json = shape.isChunked
        ? new ChunkedJsonEncoder(epochDivisor, shape.chunkSize)
        : new JsonEncoder(epochDivisor)
      return shape.isPretty ? new PrettyJsonEncoder(json) : json
    }
    case 'application/csv':
    case 'text/csv':
      return new CsvEncoder({ contentType: format, epochDivisor, isChunked: shape.isChunked })
    case 'application/x-msgpack':
      return new MsgpackEncoder(epochDivisor, shape.isChunked ? shape.chunkSize : null)
    case 'application/vnd.apache.arrow.stream':
      return new ArrowEncoder()
  }
}
