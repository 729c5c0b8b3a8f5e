/** A flag that this way of calling a command cannot do without. */

import { OperationError } from './operation-error.js'

/** `shown` is how to give it: `--source URL`. */
export function requireFlag<T>(value: T | undefined, shown: string): T {
  if (value !== undefined) return value
  throw new OperationError(`${shown.split(' ')[0]} is missing`, { exit: 'usage', hint: `add ${shown}` })
}
