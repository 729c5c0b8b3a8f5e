// Rewrites the answers in test/golden/show/*.txt, or of another folder, from a running, empty influxd:
// node scripts/record-show-golden.mjs URL [FOLDER]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const [, , base, FOLDER = 'test/golden/show'] = process.argv
if (base === undefined) throw new Error('which influxd? node scripts/record-show-golden.mjs http://127.0.0.1:8086')

for (const name of readdirSync(FOLDER).filter((one) => one.endsWith('.txt'))) {
  await dropDatabases()
  const lines = readFileSync(`${FOLDER}/${name}`, 'utf8').split('\n')
  writeFileSync(`${FOLDER}/${name}`, `${(await answerAll(lines)).join('\n')}\n`)
}

async function answerAll(lines) {
  const answered = []
  let db = ''
  let write = null
  for (const line of lines) {
    if (line.startsWith('{') || (line === '' && answered.at(-1) === '')) continue
    if (write !== null && !line.startsWith('| ')) {
      await send(write)
      write = null
    }
    answered.push(line)
    if (line.startsWith('db ')) db = line.slice(3)
    if (line.startsWith('write ')) write = { target: line.split(' ').slice(1), body: [] }
    if (line.startsWith('| ')) write.body.push(line.slice(2))
    if (line.startsWith('> ')) answered.push(await ask(db, line.slice(2)))
  }
  while (answered.at(-1) === '') answered.pop()
  return answered
}

async function ask(db, q) {
  const response = await fetch(`${base}/query`, { method: 'POST', body: new URLSearchParams({ db, q, epoch: 'ns' }) })
  const answer = await response.text()
  const result = /^{"results":\[{"statement_id":0,?(.*)\]}\n$/s.exec(answer)
  if (result === null) throw new Error(`${q}: ${answer}`)
  return `{${result[1]}`
}

async function send({ target: [db, rp = ''], body }) {
  const response = await fetch(`${base}/write?${new URLSearchParams({ db, rp })}`, {
    method: 'POST',
    body: body.join('\n'),
  })
  if (response.status !== 204) throw new Error(await response.text())
}

async function dropDatabases() {
  const { series } = JSON.parse(await ask('', 'SHOW DATABASES'))
  for (const [name] of series[0].values ?? []) await ask('', `DROP DATABASE "${name}"`)
  const users = JSON.parse(await ask('', 'SHOW USERS')).series[0].values ?? []
  for (const [name] of users) await ask('', `DROP USER "${name}"`)
}
