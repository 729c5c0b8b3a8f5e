/** What the system gives a process: Node, kernel, open files, memory, a clock. */

import { existsSync, readFileSync } from 'node:fs'
import { type Finding, fail, ok, warn } from './finding.js'

const MIB = 2 ** 20
const NODE_MIN = [20, 18, 1]
/** A connection is a descriptor, and so is a file that a query reads. */
const OPEN_FILES_MIN = 1024
const OPEN_FILES_WANTED = 16_384
const MEMORY_MIN = 512 * MIB
const MEMORY_WANTED = 1024 * MIB
/** When this was written; a clock that shows less was never set. */
const CLOCK_MIN_MS = Date.UTC(2026, 0, 1)

export function checkNode(version: string): Finding {
  const parts = version.replace(/^v/, '').split('.').map(Number)
  if (isAtLeast(parts, NODE_MIN)) return ok('node', `Node ${version}`)
  return fail('node', `Node ${version} is too old`, `install Node ${NODE_MIN.join('.')} or newer`)
}

export function checkKernel(platform: string, release: string): Finding {
  if (platform !== 'linux')
    return warn('kernel', `${platform} ${release}`, 'for trying things out; run servers on Linux')
  if (/microsoft/i.test(release))
    return warn('kernel', `Linux ${release}`, 'a disk of Windows syncs slowly; keep data inside WSL')
  const isCurrent = isAtLeast(release.split(/[.-]/).slice(0, 2).map(Number), [4, 18])
  return isCurrent
    ? ok('kernel', `Linux ${release}`)
    : warn('kernel', `Linux ${release} is old`, 'the query engine is built for Linux 4.18 and newer')
}

/** `limits`: the text of /proc/self/limits; null where there is none. */
export function checkOpenFiles(limits: string | null): Finding {
  const soft = /^Max open files\s+(\S+)/m.exec(limits ?? '')?.[1]
  if (soft === undefined) return warn('open files', 'the limit is not known', 'see ulimit -n')
  const count = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
  const hint = 'ulimit -n 65536, or LimitNOFILE=65536 in the systemd unit'
  if (count < OPEN_FILES_MIN) return fail('open files', `at most ${soft}`, hint)
  if (count < OPEN_FILES_WANTED) return warn('open files', `at most ${soft}`, hint)
  return ok('open files', `at most ${soft}`)
}

export function checkMemory(bytes: number): Finding {
  const text = `${Math.round(bytes / MIB)} MiB`
  if (bytes < MEMORY_MIN) return fail('memory', text, 'give it 1 GiB at least')
  return bytes < MEMORY_WANTED ? warn('memory', text, 'give it 1 GiB for more than small loads') : ok('memory', text)
}

export interface ClockFacts {
  readonly nowMs: number
  /** `tsc`, `kvm-clock`, …; null when unknown. */
  readonly source: string | null
  /** Something sets the clock by the network. */
  readonly isDisciplined: boolean
}

const SLOW_SOURCES = new Set(['hpet', 'acpi_pm', 'jiffies', 'pit'])

export function checkClock({ nowMs, source, isDisciplined }: ClockFacts): Finding {
  const text = new Date(nowMs).toISOString()
  if (nowMs < CLOCK_MIN_MS)
    return fail('clock', `${text} is in the past`, 'set the clock; points get their times from it')
  if (source !== null && SLOW_SOURCES.has(source)) {
    return warn('clock', `${text}, from the slow source ${source}`, 'choose tsc or kvm-clock as clock source')
  }
  if (!isDisciplined) {
    return warn(
      'clock',
      `${text}, no time service found here`,
      'fine when the host keeps the time; else run chrony or systemd-timesyncd',
    )
  }
  return ok('clock', text)
}

const TIME_SERVICES = [
  '/run/systemd/timesync/synchronized',
  '/run/chrony/chronyd.pid',
  '/run/chronyd.pid',
  '/run/ntpd.pid',
]
const CLOCK_SOURCE = '/sys/devices/system/clocksource/clocksource0/current_clocksource'

export function readClockFacts(nowMs: number): ClockFacts {
  const isDisciplined = TIME_SERVICES.some((path) => existsSync(path))
  return { nowMs, source: readIfThere(CLOCK_SOURCE)?.trim() ?? null, isDisciplined }
}

export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function isAtLeast(version: readonly number[], wanted: readonly number[]): boolean {
  for (let i = 0; i < wanted.length; i++) {
    const part = version[i] ?? 0
    if (part !== wanted[i]) return part > wanted[i]
  }
  return true
}
