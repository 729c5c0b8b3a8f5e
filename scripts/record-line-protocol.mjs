// Asks a running influxd what it makes of line protocol bodies and writes its answers down:
//   node scripts/record-line-protocol.mjs http://127.0.0.1:8086            asks again what test/golden/line-protocol has
//   node scripts/record-line-protocol.mjs http://127.0.0.1:8086 1000 7     makes 1000 new mutated bodies from seed 7
// Every body gets a database of its own, which is dropped again. A case holds the body (base64 when it is not UTF-8), the
// error text or null, and the stored points when there are any; integers beyond 2^53 are texts that begin with `#`.
import { isUtf8 } from 'node:buffer'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'

const FOLDER = 'test/golden/line-protocol'
const DATABASE = 'record_line_protocol'
const [base, mutantCount, seed] = process.argv.slice(2)

const VALID = [
  'cpu,host=a,region=eu usage=1.5,count=3i,name="x y",ok=true 1600000000000000000',
  'm v=1 1',
  'we\\ ather,loc\\,at=a\\=b,z=\\ c te\\ mp=82,s="quo\\"te\\\\d, \'and\' =" 1465839830100400200',
  'm,b=2,a=1,c=3 f=-1.25e-3,g=T,h=-9223372036854775808i -5',
  '"m","t"="v" "f"="s"',
  'm f="a\nb",g=1i 12\nn h=2 13',
  'm f=.5,g=5.,h=1E+5 1 ',
  '# note\nm v=1',
]
const PIECES = [
  ' ',
  ',',
  '=',
  '"',
  '\\',
  '\n',
  '\r',
  '\t',
  '\0',
  '#',
  '-',
  '+',
  '.',
  'e',
  'i',
  '1',
  '9',
  't',
  'time',
  'true',
  'F',
  'N',
  '\\ ',
  '\\,',
  '\\=',
  '\\"',
  '\\\\',
  '=1',
  ',a=1',
  '9223372036854775807',
  '1e400',
  'é',
  '\u{1f600}',
  '  ',
  '00',
]

/** Small and seeded; numbers in [0, 1). */
function makeRandom(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export function mutate(random) {
  const pick = (list) => list[Math.floor(random() * list.length)]
  let text = pick(VALID)
  for (let rounds = 1 + Math.floor(random() * 4); rounds > 0; rounds--) {
    const at = Math.floor(random() * (text.length + 1))
    const removed = random() < 0.5 ? 0 : 1 + Math.floor(random() * 3)
    text = text.slice(0, at) + (random() < 0.7 ? pick(PIECES) : '') + text.slice(at + removed)
  }
  return text
}

/** influxd repeats errors in a header, whatever bytes they have; only a lenient HTTP parser reads such an answer. */
function post(path, parameters, body = '') {
  return new Promise((resolve, reject) => {
    const url = `${base}${path}?${new URLSearchParams({ db: DATABASE, ...parameters })}`
    const sent = request(url, { method: 'POST', insecureHTTPParser: true }, async (answer) => {
      const chunks = []
      for await (const chunk of answer) chunks.push(chunk)
      resolve(Buffer.concat(chunks).toString())
    })
    sent.on('error', reject).end(body)
  })
}

async function query(q) {
  const exact = (await post('/query', { q, epoch: 'ns' })).replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    /^-?\d{16,}$/.test(token) ? `"#${token}"` : token,
  )
  return JSON.parse(exact).results[0]
}

async function ask({ body, base64, precision }) {
  await query(`CREATE DATABASE ${DATABASE}`)
  const bytes = base64 === undefined ? Buffer.from(body) : Buffer.from(base64, 'base64')
  const answer = await post('/write', { precision: precision ?? 'ns' }, bytes)
  const error = answer === '' ? null : JSON.parse(answer).error
  const { series } = await query('SELECT * FROM /.*/ GROUP BY *')
  const { series: fields } = await query('SHOW FIELD KEYS')
  await query(`DROP DATABASE ${DATABASE}`)
  return { body, base64, precision, error, series, fields }
}

/** What a server of another build or clock would answer differently is not asked. */
function isWorthAsking(text) {
  const hasTime = text.split('\n').every((line) => / -?\d+ *$/.test(line) || line.trim() === '' || line.startsWith('#'))
  return hasTime && !/\du\b/.test(text)
}

function makeMutants(count, random) {
  const bodies = new Set()
  while (bodies.size < count) {
    const text = mutate(random)
    if (isWorthAsking(text)) bodies.add(text)
  }
  return [...bodies].map((text) => {
    const bytes = Buffer.from(text)
    return isUtf8(bytes) ? { body: text } : { base64: bytes.toString('base64') }
  })
}

if (mutantCount !== undefined) {
  const mutants = makeMutants(Number(mutantCount), makeRandom(Number(seed ?? 1)))
  writeFileSync(`${FOLDER}/mutated.json`, JSON.stringify(mutants))
}
for (const name of readdirSync(FOLDER)) {
  const answered = []
  for (const one of JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8'))) {
    try {
      answered.push(JSON.stringify(await ask(one)))
    } catch (error) {
      // A few bodies make influxd panic and close the connection.
      console.error(`no answer to ${JSON.stringify(one)}: ${error.message}`)
    }
  }
  writeFileSync(`${FOLDER}/${name}`, `[\n${answered.join(',\n')}\n]\n`)
}
