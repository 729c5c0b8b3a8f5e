/** `--max-errors 100` or `1%`: how much may be refused before an import gives up. */

import { OperationError } from './operation-error.js'

/** Shares of little mean little. */
const SHARE_AFTER_COUNT = 1000

/** A check to be called with what has been read and what was refused. */
export function parseErrorLimit(text: string | undefined): (readCount: number, rejectedCount: number) => void {
  if (text === undefined) return () => {}
  const match = /^(\d+(?:\.\d+)?)(%)?$/.exec(text)
  if (match === null) {
    throw new OperationError(`--max-errors ${text} is neither a count nor a share`, {
      exit: 'usage',
      hint: '--max-errors 100 or 1%',
    })
  }
  const limit = Number(match[1])
  const isShare = match[2] !== undefined
  return (readCount, rejectedCount) => {
    if (isShare && readCount < SHARE_AFTER_COUNT) return
    const isOver = isShare ? rejectedCount > (readCount * limit) / 100 : rejectedCount > limit
    if (!isOver) return
    throw new OperationError(`${rejectedCount} of ${readCount} were refused, more than --max-errors ${text}`, {
      exit: 'failed',
      hint: '--errors-file FILE keeps them with the reasons; a greater --max-errors lets the rest in',
    })
  }
}
