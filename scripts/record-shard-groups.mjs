// Asks a running influxd where its shard groups lie: `node scripts/record-shard-groups.mjs http://127.0.0.1:8086`
// rewrites test/golden/shard-groups.json. The influxd must be one that may be written to; a database is made and dropped.
import { writeFileSync } from 'node:fs'

const base = process.argv[2]
const database = 'record_shard_groups'
const DURATIONS_HOURS = [1, 7, 24, 25, 36, 48, 168, 336, 720, 8760]
const TIMES = [
  '-9223372036854775806',
  '-5000000000000000000',
  '-1',
  '0',
  '345600000000000000',
  '1600000000000000000',
  '1700000000123456789',
  '9223372036854775806',
]

async function query(q) {
  const answer = await fetch(`${base}/query?${new URLSearchParams({ q, db: database })}`, { method: 'POST' })
  return (await answer.json()).results[0]
}

await query(`CREATE DATABASE ${database}`)
const recorded = []
for (const durationHours of DURATIONS_HOURS) {
  const policy = `p${durationHours}`
  for (const time of TIMES) {
    // One policy a time, so that every group is the answer to one question.
    const name = `${policy}_${TIMES.indexOf(time)}`
    await query(
      `CREATE RETENTION POLICY ${name} ON ${database} DURATION 0s REPLICATION 1 SHARD DURATION ${durationHours}h`,
    )
    await fetch(`${base}/write?db=${database}&rp=${name}`, { method: 'POST', body: `m v=1 ${time}` })
    const groups = (await query('SHOW SHARD GROUPS')).series[0].values
    const [, , , start, end] = groups.find((group) => group[1] === database && group[2] === name)
    recorded.push({ time, durationHours, start: Date.parse(start) / 1000, end: Date.parse(end) / 1000 })
  }
}
await query(`DROP DATABASE ${database}`)
writeFileSync('test/golden/shard-groups.json', `${JSON.stringify(recorded, null, 2)}\n`)
