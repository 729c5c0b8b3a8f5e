import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { findForeign, findMount, judgeDiskType, judgeFreeSpace } from '../../../src/operations/doctor/check-disk.js'
import { checkClock, checkKernel, checkNode, checkOpenFiles } from '../../../src/operations/doctor/check-process.js'
import { checkPort, judgeListener } from '../../../src/operations/doctor/check-surroundings.js'

const GIB = 2 ** 30

const MOUNTINFO = `
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:20 / /var/lib/hyper\\040byte rw - nfs4 server:/x rw
24 22 0:21 / /data rw - tmpfs tmpfs rw
25 22 8:17 / /data rw - xfs /dev/sdb1 rw
`

test('the mount of a place is the longest one above it, and of two the later', () => {
  expect(findMount(MOUNTINFO, '/var/lib')).toMatchObject({ place: '/', type: 'ext4' })
  expect(findMount(MOUNTINFO, '/var/lib/hyper byte/data')).toMatchObject({ type: 'nfs4' })
  expect(findMount(MOUNTINFO, '/data/x')).toEqual({ place: '/data', type: 'xfs', device: '8:17' })
  expect(findMount(MOUNTINFO, '/database')).toMatchObject({ place: '/' })
})

test.each([
  ['a network disk', judgeDiskType({ type: 'nfs4', place: '/x', device: '0:1' }, null), 'warn'],
  ['a turning disk', judgeDiskType({ type: 'ext4', place: '/', device: '8:1' }, true), 'warn'],
  ['a solid state disk', judgeDiskType({ type: 'ext4', place: '/', device: '8:1' }, false), 'ok'],
  ['a full disk', judgeFreeSpace(GIB / 8, 100 * GIB), 'fail'],
  ['a disk that is nearly full', judgeFreeSpace(4 * GIB, 100 * GIB), 'warn'],
  ['a small disk with room', judgeFreeSpace(4 * GIB, 10 * GIB), 'ok'],
  [
    'few open files',
    checkOpenFiles('Max open files            256                  4096                 files\n'),
    'fail',
  ],
  ['the usual open files', checkOpenFiles('Max open files            1024                 4096      files\n'), 'warn'],
  ['many open files', checkOpenFiles('Max open files            65536                65536     files\n'), 'ok'],
  ['no word on open files', checkOpenFiles(null), 'warn'],
  ['an old Node', checkNode('v20.9.0'), 'fail'],
  ['a newer Node', checkNode('v22.1.0'), 'ok'],
  ['an old kernel', checkKernel('linux', '3.10.0-1160.el7'), 'warn'],
  ['a kernel of today', checkKernel('linux', '6.1.0'), 'ok'],
  ['a clock that was never set', checkClock({ nowMs: 0, source: 'tsc', isDisciplined: true }), 'fail'],
  ['a port that this server has', judgeListener('*:8086', '0.1.0'), 'ok'],
  ['a port that another program has', judgeListener('*:8086', null), 'warn'],
  ['a clock with a service', checkClock({ nowMs: Date.UTC(2026, 5, 1), source: 'tsc', isDisciplined: true }), 'ok'],
])('%s', (_, { state, hint }, expected) => {
  expect(state).toBe(expected)
  expect(hint === null).toBe(expected === 'ok')
})

test('files of another user are found, unless one is root', () => {
  const paths = [
    { path: '/d/meta', uid: 1000 },
    { path: '/d/meta/LOCK', uid: 0 },
  ]
  expect(findForeign(paths, 1000)).toBe('/d/meta/LOCK')
  expect(findForeign(paths.slice(0, 1), 1000)).toBe(null)
  expect(findForeign(paths, 0)).toBe(null)
})

test('a port that something else listens on is told from a free one', async () => {
  const server = createServer((_, res) => res.end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect(await checkPort({ host: '127.0.0.1', port })).toMatchObject({ state: 'warn' })
  await new Promise((resolve) => server.close(resolve))
  expect(await checkPort({ host: '127.0.0.1', port })).toMatchObject({ state: 'ok' })
})
