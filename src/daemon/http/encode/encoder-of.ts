/** The encoder for a format and the request's shape. */

import type { AnswerFormat } from '../answer-format.js'
import { ChunkedJsonEncoder } from './chunked-json-encoder.js'
import { epochDivisorOf } from './epoch-divisor.js'
import { JsonEncoder } from './json-encoder.js'
import type { ResultEncoder } from './result-encoder.js'

export interface AnswerShape {
  readonly epoch: string
  readonly isPretty: boolean
  readonly isChunked: boolean
  readonly chunkSize: number
}

export function encoderOf(_format: AnswerFormat, shape: AnswerShape): ResultEncoder {
  const epochDivisor = epochDivisorOf(shape.epoch)
  return shape.isChunked ? new ChunkedJsonEncoder(epochDivisor, shape.chunkSize) : new JsonEncoder(epochDivisor)
}
