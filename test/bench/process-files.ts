/**
 * What Linux tells about a process through /proc: memory, processor time, and whether it owns the socket that listens on
 * a port. A process that has ended gives undefined.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export type ProcessUsage = { peakRssBytes: number; cpuSeconds: number }

/** Linux counts processor time for user space in hundredths of a second on every architecture Node supports. */
const TICKS_PER_SECOND = 100

export function readProcessUsage(pid: number): ProcessUsage | undefined {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in parentheses and may hold spaces; user and system time are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (peak === null) return undefined
    return {
      peakRssBytes: Number(peak[1]) * 1024,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    }
  } catch {
    return undefined
  }
}

/** True when the socket listening on the TCP port belongs to this process. */
export function isListener(pid: number, port: number): boolean {
  const sockets = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
      readFileSync(table, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => state === LISTEN && local?.endsWith(`:${portText(port)}`))
        .map((columns) => `socket:[${columns[9]}]`),
    ),
  )
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(linkOf(`/proc/${pid}/fd/${fd}`)))
  } catch {
    return false
  }
}

const LISTEN = '0A'

function portText(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
