/**
 * The TCP ports a process listens on, from Linux's /proc: the inodes of its sockets, looked up in the table of listening
 * sockets. A server is started with port 0 and asked nothing until its port is found here, so a test can never talk to
 * a stranger's server.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const LISTEN = '0A'

export function listeningPorts(pid: number): number[] {
  const inodes = socketInodes(pid)
  const ports = new Set<number>()
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (state === LISTEN && inodes.has(inode)) ports.add(Number.parseInt(local.split(':').at(-1)!, 16))
    }
  }
  return [...ports].sort((a, b) => a - b)
}

function socketInodes(pid: number): Set<string> {
  const inodes = new Set<string>()
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const match = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${pid}/fd/${fd}`))
    if (match) inodes.add(match[1])
  }
  return inodes
}

/** A descriptor may close between listing and reading: that is no socket then. */
function linkTarget(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
