/** A real influxd with data that is hard to copy, and shorthands to fill and to ask it. */

import type { ServerProcess } from '../../conformance/harness/server-process.js'

export const DATABASE = 'alt "db"'

const LINES = [
  'types,host=a f=1.5,i=9223372036854775807i,s="say \\"hi\\" \\\\ ä",b=true 1700000000000000001',
  'types,host=a f=-0,i=-9223372036854775808i,s="",b=false 1700000000000000002',
  'types,host=b f=1e300 1700000000000000003',
  'types,host=b i=2i -5000000000',
  'types i=3i -9000000000000000000',
  'größe\\ 中,ort=Zürich\\ West,a\\=b=c\\,d wert=0.1 1700000000000000000',
  'same,x=tag x="field",y=1i 1700000000000000000',
  'same,x=tag y=2i 1700000001000000000',
  'gaps,host=a a=1 1700000000000000000',
  'gaps,rack=1 b=2 1700000000000000000',
  'gaps c=3 1700000000000000000',
]

/** A field that is float in one shard group and integer in the next. */
const CONFLICT = ['mixed v=1.5 1600000000000000000', 'mixed v=2i 1700000000000000000']

const SHORT = ['short v=1i 1700000000000000000', 'short v=2i 1700003600000000000', 'types extra=1i 1700000000000000001']

export async function fillSource(source: ServerProcess): Promise<void> {
  await query(source, `CREATE DATABASE ${quoted(DATABASE)}`)
  await query(
    source,
    `CREATE RETENTION POLICY "kurz" ON ${quoted(DATABASE)} DURATION 0s REPLICATION 1 SHARD DURATION 1h`,
  )
  await write(source, '', LINES)
  for (const line of CONFLICT) await write(source, '', [line])
  await write(source, 'kurz', SHORT)
  await query(
    source,
    `CREATE CONTINUOUS QUERY "cq" ON ${quoted(DATABASE)} BEGIN SELECT mean(f) INTO "autogen"."down" FROM "types" GROUP BY time(1h) END`,
  )
}

/** Many rows in many shard groups: something to interrupt. */
export async function fillMuch(source: ServerProcess, database: string): Promise<void> {
  await query(source, `CREATE DATABASE ${quoted(database)} WITH SHARD DURATION 1h`)
  for (let hour = 0; hour < 60; hour++) {
    const lines: string[] = []
    for (let row = 0; row < 2000; row++) {
      const timeNs = 1_700_000_000n * 1_000_000_000n + BigInt(hour) * 3_600_000_000_000n + BigInt(row) * 1_500_000_000n
      lines.push(`load,host=h${row % 20} a=${row * 0.37},b=${row}i,c=${row % 2 === 0} ${timeNs}`)
    }
    await write(source, '', lines, database)
  }
}

export async function write(
  source: ServerProcess,
  retentionPolicy: string,
  lines: readonly string[],
  database = DATABASE,
): Promise<void> {
  const search = new URLSearchParams({ db: database, rp: retentionPolicy })
  const answer = await fetch(`${source.url}/write?${search}`, { method: 'POST', body: lines.join('\n') })
  if (answer.status !== 204) throw new Error(await answer.text())
}

export async function query(source: { readonly url: string }, text: string, database = ''): Promise<unknown> {
  const search = new URLSearchParams({ q: text, db: database, epoch: 'ns' })
  const answer = await fetch(`${source.url}/query?${search}`, { method: 'POST' })
  return await answer.json()
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '\\"')}"`
}
