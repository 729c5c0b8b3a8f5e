// Asks a real influxd what it says to the statements in test/golden/influxql/*.txt and writes its answers behind them.
// Usage: node scripts/record-influxql.mjs
//
// A case is a line `> statement` (in JSON quotes when it has line breaks) and a line with the answer:
//   `= text`   the statement as influxd prints it
//   `~`        accepted; influxd does not show how it prints it
//   `! text`   refused: a parse error in statements.txt, an error of the statement in selects.txt
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

const FOLDER = 'test/golden/influxql'
const PARSE_ERROR = 'error parsing query: '

const folder = mkdtempSync(path.join(tmpdir(), 'influxd-'))
const ports = [await freePort(), await freePort()]
writeFileSync(
  path.join(folder, 'influxdb.conf'),
  `reporting-disabled = true
bind-address = "127.0.0.1:${ports[0]}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
index-version = "tsi1"
[coordinator]
query-timeout = "10s"
[http]
bind-address = "127.0.0.1:${ports[1]}"
auth-enabled = true
log-enabled = false
max-row-limit = 10
[monitor]
store-enabled = false
`,
)
const influxd = spawn('influxd', ['-config', path.join(folder, 'influxdb.conf')], { stdio: 'ignore' })
try {
  await untilReady()
  await ask('admin', "CREATE USER admin WITH PASSWORD 'p' WITH ALL PRIVILEGES")
  await ask('admin', "CREATE USER nobody WITH PASSWORD 'p'")
  await ask('admin', 'CREATE DATABASE db')
  await write('cpu,host=a,region=r f=1,i=2i,s="x",b=true\ncpu,host=b f=2,i=3i')
  await record('statements.txt', parsedBy)
  await record('selects.txt', checkedBy)
} finally {
  influxd.kill()
  rmSync(folder, { recursive: true, force: true })
}

async function record(name, answerTo) {
  const file = path.join(FOLDER, name)
  const lines = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.startsWith('> ')) {
      const text = line.slice(2)
      lines.push(line, await answerTo(text.startsWith('"') ? JSON.parse(text) : text))
    } else if (line === '' || line.startsWith('#')) {
      lines.push(line)
    }
  }
  writeFileSync(file, lines.join('\n'))
}

/** A user without rights is told what he may not do, in canonical text. */
async function parsedBy(statement) {
  const { error } = await ask('nobody', statement)
  if (error?.startsWith(PARSE_ERROR)) return `! ${oneLine(error.slice(PARSE_ERROR.length))}`
  const refused = /not authorized to execute statement '(.*)', requires/s.exec(error ?? '')
  return refused === null ? '~' : `= ${oneLine(refused[1])}`
}

async function checkedBy(statement) {
  const { error, results } = await ask('admin', statement)
  const text = error?.slice(PARSE_ERROR.length) ?? results[0].error
  return text === undefined || needsData(text) ? '~' : `! ${oneLine(text)}`
}

/** Errors about types or limits, which the static check does not look at. */
function needsData(text) {
  return /^type error|^unsupported \w+ iterator|^unsupported call|panic|timeout|buckets|invalid expression type/.test(
    text,
  )
}

function oneLine(text) {
  return text.replaceAll('\n', '\\n')
}

async function ask(user, q) {
  const body = new URLSearchParams({ q, db: 'db' })
  const answer = await fetch(`http://127.0.0.1:${ports[1]}/query?u=${user}&p=p`, { method: 'POST', body })
  return JSON.parse(await answer.text())
}

async function write(body) {
  await fetch(`http://127.0.0.1:${ports[1]}/write?db=db&u=admin&p=p`, { method: 'POST', body })
}

async function untilReady() {
  for (let attempt = 0; attempt < 100; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (influxd.exitCode !== null) throw new Error('influxd ended')
    const isUp = await fetch(`http://127.0.0.1:${ports[1]}/ping`).then(
      () => true,
      () => false,
    )
    if (isUp) return
  }
  throw new Error('influxd does not answer')
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
