/**
 * Which process it is that left a lock, so that another can tell whether it still runs. Its number alone does not say: it is
 * given to another process later, and each container counts from 1.
 */

import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** When the process began, in the system's ticks. null = not known. */
  readonly processStart: string | null
  /** Where the number means that process: start of the machine and namespace; null = not known. */
  readonly space?: string | null
}

/** `elsewhere`: on another machine, in another container or before this machine was started; it may run or not. */
export type Liveness = 'running' | 'gone' | 'elsewhere'

export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, processStart: processStartOf(process.pid), space: ownSpace() }
}

export function livenessOf({ host, space = null, pid, processStart }: ProcessIdentity): Liveness {
  if (host !== hostname() || (space !== null && space !== ownSpace())) return 'elsewhere'
  if (!isAlive(pid)) return 'gone'
  const start = processStartOf(pid)
  return processStart !== null && start !== null && start !== processStart ? 'gone' : 'running'
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Containers may share a name of the machine, and each counts its processes from 1. */
function ownSpace(): string | null {
  try {
    const start = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${start} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return null
  }
}

/** The 22nd field of /proc/PID/stat; the second may hold spaces and ends with the last parenthesis. */
function processStartOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
