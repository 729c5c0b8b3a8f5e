// `npm run screenshots`: a server under load, the dashboard on a real terminal, what it shows as docs/images/*.svg.
// Starts its own server on a free port with a folder of its own, and ends what it started.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import { screenToSvg } from './screen-to-svg.mjs'
import { BIN, startServer } from './start-server.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const IMAGES = path.join(ROOT, 'docs/images')
const COLUMNS = 120
const ROWS = 30

/** Keys that lead to each picture from the one before, and what it then has to show. */
const PICTURES = [
  {
    name: 'top-overview',
    title: 'hyperbyte top',
    keys: '',
    isThere: (text) => /WRITES\/s +\d/.test(text),
    waitMs: 45_000,
  },
  { name: 'top-data', title: 'hyperbyte top: data', keys: '5', isThere: (text) => text.includes('telegraf') },
  {
    name: 'top-measurements',
    title: 'hyperbyte top: measurements',
    keys: '\r\r',
    isThere: (text) => /cpu +\d/.test(text),
  },
  {
    name: 'top-statements',
    title: 'hyperbyte top: statements',
    keys: '6t',
    isThere: (text) => text.includes('SELECT mean'),
  },
  {
    name: 'top-storage',
    title: 'hyperbyte top: storage',
    keys: '7',
    isThere: (text) => text.includes('FILES BY SIZE'),
  },
  { name: 'top-log', title: 'hyperbyte top: log', keys: '9', isThere: (text) => text.includes('flush') },
]

const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-screenshots-'))
let isLoading = true
const server = await startServer(folder, { HYPERBYTE_DATA_FLUSH_AGE_MAX: '10s' })
try {
  const { url } = server
  for (const name of ['telegraf', 'iot', 'billing']) await query(url, '', `CREATE DATABASE ${name}`)
  await query(url, '', 'CREATE RETENTION POLICY month ON iot DURATION 30d REPLICATION 1')
  const load = Promise.all([writeForEver(url), readForEver(url)])
  await takePictures(url)
  isLoading = false
  await load
} finally {
  server.child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

async function takePictures(url) {
  mkdirSync(IMAGES, { recursive: true })
  const screen = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true })
  const dashboard = spawnTerminal(process.execPath, [BIN, 'top', '-H', url, '--refresh', '1s', '--no-mouse'], {
    cols: COLUMNS,
    rows: ROWS,
    env: { ...process.env, CI: 'false', TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '' },
  })
  dashboard.onData((data) => screen.write(data))
  try {
    for (const { name, title, keys, isThere, waitMs = 2500 } of PICTURES) {
      for (const key of keys) {
        dashboard.write(key)
        await sleep(1500)
      }
      await sleep(waitMs)
      const text = textOf(screen)
      if (!isThere(text)) throw new Error(`${name} does not show what it should:\n${text}`)
      writeFileSync(path.join(IMAGES, `${name}.svg`), screenToSvg(screen, title))
      process.stdout.write(`docs/images/${name}.svg\n`)
    }
  } finally {
    dashboard.kill()
  }
}

function textOf({ buffer: { active } }) {
  return Array.from({ length: ROWS }, (_, row) => active.getLine(row)?.translateToString(true) ?? '').join('\n')
}

async function query(url, database, text) {
  const answer = await fetch(`${url}/query?db=${database}&q=${encodeURIComponent(text)}`, { method: 'POST' })
  return await answer.text()
}

async function write(url, database, lines) {
  await fetch(`${url}/write?db=${database}`, { method: 'POST', body: lines.join('\n') })
}

async function writeForEver(url) {
  for (let round = 0; isLoading; round++) {
    const wave = 200 + Math.round(150 * Math.sin(round / 25))
    const cpu = Array.from({ length: wave }, (_, i) => `cpu,host=web${i % 40},region=eu usage=${(i * round) % 100}`)
    const mem = Array.from({ length: 20 }, (_, i) => `mem,host=web${i},region=eu used=${i * round}i,free=${i}i`)
    await write(url, 'telegraf', [...cpu, ...mem])
    if (round % 4 === 0) await write(url, 'iot', [`temperature,room=r${round % 12} value=${20 + (round % 7)}`])
    if (round % 9 === 0) await write(url, 'billing', [`invoices,country=de total=${round}`])
    if (round % 60 === 0) await write(url, 'telegraf', ['cpu,host=web1 usage="not a number"'])
    await sleep(40)
  }
}

async function readForEver(url) {
  for (let round = 0; isLoading; round++) {
    const minutes = 1 + (round % 5)
    await query(
      url,
      'telegraf',
      `SELECT mean(usage) FROM cpu WHERE time > now() - ${minutes}m GROUP BY time(10s), host`,
    )
    if (round % 3 === 0) await query(url, 'telegraf', "SELECT last(used) FROM mem WHERE host = 'web3'")
    if (round % 5 === 0) await query(url, 'iot', 'SELECT max(value) FROM temperature GROUP BY room')
    if (round % 20 === 0) await query(url, 'telegraf', 'SHOW TAG VALUES FROM cpu WITH KEY = host')
    await sleep(60)
  }
}
