/**
 * Gives way to others on the machine: a backup is not in a hurry, a server that takes writes is. On an idle machine nothing
 * is slower for it.
 */

import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'

/** As `nice` does by default. */
const NICENESS = 10

export function standBack(): void {
  for (const id of threadIds()) {
    try {
      setPriority(id, NICENESS)
    } catch {
      // It ended, or the system knows no priorities: the work is the same.
    }
  }
}

/** Linux gives each thread a priority of its own, and the threads that copy are there already. 0 = the whole process. */
function threadIds(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return [0]
  }
}
