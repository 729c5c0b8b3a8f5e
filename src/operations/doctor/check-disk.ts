/** The place of the data: may we write there, how much room is left, what kind of disk is it, how fast does it sync. */

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { readIfThere } from './check-process.js'
import { type Finding, fail, ok, warn } from './finding.js'

const MIB = 2 ** 20
const GIB = 2 ** 30
const FREE_MIN = 256 * MIB
const FREE_WANTED = 5 * GIB
const FREE_SHARE_WANTED = 0.1
const SYNC_COUNT = 12
const SYNC_WANTED_MS = 20

/** The directory itself, or the nearest one above it that exists. */
export function nearestDirectory(dataDir: string): string {
  let place = path.resolve(dataDir)
  while (!existsSync(place)) place = path.dirname(place)
  return place
}

export function checkPermissions(dataDir: string): Finding {
  const place = nearestDirectory(dataDir)
  const isThere = place === path.resolve(dataDir)
  if (!statSync(place).isDirectory())
    return fail('permissions', `${place} is no directory`, 'choose another --data-dir')
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
  } catch {
    return fail(
      'permissions',
      `${place} cannot be written to`,
      `chown it to the user of the server (${process.getuid?.() ?? ''})`,
    )
  }
  if (!isThere) return ok('permissions', `${path.resolve(dataDir)} will be created`)
  const foreign = findForeign(readOwners(place), process.getuid?.() ?? 0)
  if (foreign !== null) {
    return fail('permissions', `${foreign} belongs to another user`, `chown -R it to the user of the server: ${place}`)
  }
  if ((statSync(place).mode & 0o002) !== 0) {
    return warn('permissions', `${place} can be written to by everybody`, `chmod o-w ${place}`)
  }
  if (process.getuid?.() === 0) return warn('permissions', 'running as root', 'run the server as a user of its own')
  return ok('permissions', `${place} can be written to`)
}

export interface OwnedPath {
  readonly path: string
  readonly uid: number
}

/** What a command that was run as another user, such as root, has left behind. Null when there is none, or for root itself. */
export function findForeign(paths: readonly OwnedPath[], uid: number): string | null {
  if (uid === 0) return null
  return paths.find((each) => each.uid !== uid)?.path ?? null
}

/** Of the stores and what is in them: a server opens these before anything else. */
function readOwners(dataDir: string): OwnedPath[] {
  const stores = ['meta', 'wal', 'data'].map((name) => path.join(dataDir, name)).filter((place) => existsSync(place))
  const owned = stores.flatMap((place) => [place, ...readdirSync(place).map((name) => path.join(place, name))])
  // A server that runs there may have removed one meanwhile.
  return owned.flatMap((each) => {
    const stats = statSync(each, { throwIfNoEntry: false })
    return stats === undefined ? [] : [{ path: each, uid: stats.uid }]
  })
}

export function checkFreeSpace(dataDir: string): Finding {
  const { bavail, bsize, blocks } = statfsSync(nearestDirectory(dataDir))
  return judgeFreeSpace(bavail * bsize, blocks * bsize)
}

export function judgeFreeSpace(freeBytes: number, totalBytes: number): Finding {
  const text = `${(freeBytes / GIB).toFixed(1)} GiB of ${(totalBytes / GIB).toFixed(1)} GiB free`
  const hint = 'make room, or put the data on another disk with --data-dir'
  if (freeBytes < FREE_MIN) return fail('disk space', text, hint)
  const isTight = freeBytes < FREE_WANTED && freeBytes < totalBytes * FREE_SHARE_WANTED
  return isTight ? warn('disk space', text, hint) : ok('disk space', text)
}

export interface Mount {
  readonly place: string
  readonly type: string
  /** `8:1`. */
  readonly device: string
}

/** The mount that holds `place`; `mountinfo` is the text of /proc/self/mountinfo. */
export function findMount(mountinfo: string, place: string): Mount | null {
  let found: Mount | null = null
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ')
    if (after === undefined) continue
    const fields = before.split(' ')
    const mounted = fields[4].replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
    const isAbove = mounted === '/' || place === mounted || place.startsWith(`${mounted}/`)
    // Of mounts on the same place the last one is what is seen.
    if (isAbove && mounted.length >= (found?.place.length ?? 0)) {
      found = { place: mounted, type: after.split(' ')[0], device: fields[2] }
    }
  }
  return found
}

const NETWORK_TYPES = /^(nfs4?|cifs|smb3?|9p|afs|ceph|glusterfs|fuse\.(sshfs|s3fs|gcsfuse|rclone))$/
const MEMORY_TYPES = /^(tmpfs|ramfs|devtmpfs)$/

export function judgeDiskType({ type, place }: Mount, isRotating: boolean | null): Finding {
  const text = `${type} on ${place}${isRotating === null ? '' : isRotating ? ', a turning disk' : ', solid state'}`
  if (NETWORK_TYPES.test(type))
    return warn('disk type', text, 'locks and syncs are not to be trusted over a network; use a local disk')
  if (MEMORY_TYPES.test(type)) return warn('disk type', text, 'what is here is gone after a restart')
  if (type === 'overlay') return warn('disk type', text, 'the layer of a container is gone with it; mount a volume')
  if (isRotating === true)
    return warn('disk type', text, 'every acknowledged write waits for a sync; use a solid state disk')
  return ok('disk type', text)
}

export function checkDiskType(dataDir: string): Finding {
  const mountinfo = readIfThere('/proc/self/mountinfo')
  const mount = mountinfo === null ? null : findMount(mountinfo, nearestDirectory(dataDir))
  if (mount === null) return warn('disk type', 'not known', 'only Linux tells')
  return judgeDiskType(mount, isRotating(mount.device))
}

/** Null for what is no SCSI disk: virtual ones call themselves turning whatever is behind them. */
function isRotating(device: string): boolean | null {
  if (!device.startsWith('8:')) return null
  const base = `/sys/dev/block/${device}`
  const text = readIfThere(`${base}/queue/rotational`) ?? readIfThere(`${base}/../queue/rotational`)
  return text === null ? null : text.trim() === '1'
}

/** What a write waits for before it is acknowledged. */
export function checkSync(dataDir: string, monotonicMs: () => number): Finding {
  const file = path.join(nearestDirectory(dataDir), `.hyperbyte-doctor-${process.pid}`)
  const block = Buffer.alloc(4096, 1)
  const times: number[] = []
  try {
    const handle = openSync(file, 'wx', 0o600)
    try {
      for (let i = 0; i < SYNC_COUNT; i++) {
        const startMs = monotonicMs()
        writeSync(handle, block)
        fsyncSync(handle)
        times.push(monotonicMs() - startMs)
      }
    } finally {
      closeSync(handle)
      rmSync(file)
    }
  } catch (error) {
    return fail('disk sync', (error as Error).message, 'see permissions and disk space')
  }
  const medianMs = times.sort((a, b) => a - b)[SYNC_COUNT >>> 1]
  const text = `${medianMs.toFixed(1)} ms`
  return medianMs > SYNC_WANTED_MS
    ? warn(
        'disk sync',
        text,
        'each acknowledged write waits so long; use a faster disk, or data.durability = "periodic"',
      )
    : ok('disk sync', text)
}
