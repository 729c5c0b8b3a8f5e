// `npm run bench:top`: what the dashboard costs, against what it may cost. Starts a server and dashboards of its own, ends
// what it started, and exits with 1 when a figure is above its bound. Linux only: times come from /proc.
import { spawn as spawnProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import { BIN, startServer } from './start-server.mjs'

const CLOCK_TICKS = 100
const SECONDS = Number(process.argv[2] ?? 30)

const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-measure-top-'))
const server = await startServer(folder)
const failures = []
try {
  const { url } = server
  await fillServer(url)
  await sleep(2000)
  // What the machine makes of a start that does nothing: about 120 ms when nothing else runs.
  report('the program alone (--version)', await best(5, versionMs), 200, 'ms')
  report('first frame, best of 5', await best(5, () => firstFrameMs(url)), 600, 'ms')
  const one = await watch(url, 1, '2s')
  report('processor of one dashboard at 2 s', one.cpuShare * 100, 3, '% of a core')
  report('bytes each refresh, little changes', one.bytesPerRefresh, 4096, 'B')
  const idleServer = await serverShare(SECONDS)
  const ten = await watch(url, 10, '1s')
  report('server: ten dashboards at 1 s', Math.max(0, ten.serverShare - idleServer) * 100, 2, '% of a core')
  report('memory of a dashboard', one.rssMiB, 200, 'MiB')
} finally {
  server.child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failures.length === 0 ? 0 : 1)

function report(what, value, bound, unit) {
  const isMet = value <= bound
  if (!isMet) failures.push(what)
  process.stdout.write(
    `${what.padEnd(40)} ${value.toFixed(1).padStart(8)} ${unit} (at most ${bound}) ${isMet ? 'yes' : 'NO'}\n`,
  )
}

/** Some databases, series, files and statements, so that a sample has something in it. */
async function fillServer(url) {
  for (let database = 0; database < 20; database++) {
    await fetch(`${url}/query?q=${encodeURIComponent(`CREATE DATABASE db${database}`)}`, { method: 'POST' })
    for (let measurement = 0; measurement < 20; measurement++) {
      const lines = Array.from({ length: 200 }, (_, i) => `m${measurement},host=h${i} v=${i}`)
      await fetch(`${url}/write?db=db${database}`, { method: 'POST', body: lines.join('\n') })
    }
    const text = encodeURIComponent(`SELECT mean(v) FROM m${database} GROUP BY host`)
    await (await fetch(`${url}/query?db=db${database}&q=${text}`)).text()
  }
  await fetch(`${url}/api/v1/compact`, { method: 'POST' })
}

function openDashboard(url, refresh) {
  const state = { bytes: 0, text: '' }
  const child = spawnTerminal(process.execPath, [BIN, 'top', '-H', url, '--refresh', refresh, '--no-mouse'], {
    cols: 120,
    rows: 36,
    env: { ...process.env, CI: 'false', TERM: 'xterm-256color' },
  })
  child.onData((data) => {
    state.bytes += Buffer.byteLength(data)
    state.text = (state.text + data).slice(-20_000)
  })
  return { child, state }
}

/** Until the sample is on the screen. */
async function firstFrameMs(url) {
  const startedMs = performance.now()
  const { child, state } = openDashboard(url, '1s')
  while (!state.text.includes('DISK FREE')) await sleep(2)
  const elapsedMs = performance.now() - startedMs
  child.kill('SIGKILL')
  return elapsedMs
}

/** Until it has ended. */
async function versionMs() {
  const startedMs = performance.now()
  await once(spawnProcess(process.execPath, [BIN, '--version'], { stdio: 'ignore' }), 'exit')
  return performance.now() - startedMs
}

async function best(count, run) {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < count; i++) least = Math.min(least, await run())
  return least
}

async function watch(url, count, refresh) {
  const dashboards = Array.from({ length: count }, () => openDashboard(url, refresh))
  await sleep(6000)
  const before = dashboards.map(({ child, state }) => ({ cpu: cpuSeconds(child.pid), bytes: state.bytes }))
  const serverBefore = cpuSeconds(server.child.pid)
  await sleep(SECONDS * 1000)
  const serverUsed = cpuSeconds(server.child.pid) - serverBefore
  const cpuShare = (cpuSeconds(dashboards[0].child.pid) - before[0].cpu) / SECONDS
  const refreshSeconds = Number.parseFloat(refresh)
  const bytesPerRefresh = ((dashboards[0].state.bytes - before[0].bytes) / SECONDS) * refreshSeconds
  const rssMiB = rssBytes(dashboards[0].child.pid) / 2 ** 20
  for (const { child } of dashboards) child.kill('SIGKILL')
  return { cpuShare, bytesPerRefresh, rssMiB, serverShare: serverUsed / SECONDS }
}

async function serverShare(seconds) {
  const before = cpuSeconds(server.child.pid)
  await sleep(seconds * 1000)
  return (cpuSeconds(server.child.pid) - before) / seconds
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS
}

function rssBytes(pid) {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
}
