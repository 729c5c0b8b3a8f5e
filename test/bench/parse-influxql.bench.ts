/**
 * How fast statements parse, print and fail:
 *   npx tsc --outDir /tmp/bench --noEmit false --rootDir . && node /tmp/bench/test/bench/parse-influxql.bench.js
 */

import { parseQuery } from '../../src/engine/influxql/parse-query.js'
import { printStatement } from '../../src/engine/influxql/print-statement.js'

const STATEMENTS = [
  'SELECT mean("usage_user") FROM "cpu" WHERE ("host" =~ /^web-[0-9]+$/) AND time >= now() - 6h GROUP BY time(1m), "host" fill(null)',
  'SELECT mean("value") AS "mean_value", max("value") FROM "telegraf"."autogen"."disk" WHERE time > 1600000000000ms AND "path"=\'/\' GROUP BY time(10s), "host" fill(none)',
  'SELECT non_negative_derivative(mean("bytes_recv"), 1s) * 8 FROM net WHERE host = \'a\' AND time > now() - 1h GROUP BY time(30s) fill(previous) LIMIT 100',
  'SHOW TAG VALUES ON "telegraf" FROM "cpu" WITH KEY = "host" WHERE "region" = \'eu\'',
  'SELECT * FROM "cpu" WHERE time >= 1500000000s ORDER BY time DESC LIMIT 10',
]

/** Time of the processor, which other programs on the machine do not lengthen. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function measure(name: string, unit: string, count: number, run: () => void): void {
  run()
  const startMs = cpuMs()
  run()
  const elapsedMs = cpuMs() - startMs
  console.log(
    `${name}: ${Math.round((count / elapsedMs) * 1000).toLocaleString('en')} ${unit}/s (${elapsedMs.toFixed(1)} ms)`,
  )
}

function tryParse(text: string): string {
  try {
    parseQuery(text, null)
    return 'accepted'
  } catch (error) {
    return (error as Error).message.slice(0, 80)
  }
}

function measureHostile(name: string, text: string): void {
  const startMs = cpuMs()
  const outcome = tryParse(text)
  const elapsedMs = cpuMs() - startMs
  console.log(`${name} (${(text.length / 1e6).toFixed(1)} MB): ${elapsedMs.toFixed(1)} ms, ${outcome}`)
}

const ROUNDS = 20_000
const trees = STATEMENTS.flatMap((text) => parseQuery(text, null))

measure('parse typical statements', 'statements', ROUNDS * STATEMENTS.length, () => {
  for (let i = 0; i < ROUNDS; i++) for (const text of STATEMENTS) parseQuery(text, null)
})
measure('print typical statements', 'statements', ROUNDS * trees.length, () => {
  for (let i = 0; i < ROUNDS; i++) for (const tree of trees) printStatement(tree)
})

const terms = (count: number): string =>
  `select f from m where ${Array.from({ length: count }, (_, i) => `h='${i}'`).join(' or ')}`
measureHostile('10,000 OR terms', terms(10_000))
measureHostile('100,000 OR terms', terms(100_000))
measureHostile('1,000,000 OR terms', terms(1_000_000))
measureHostile('100,000 parentheses', `select ${'('.repeat(100_000)}`)
measureHostile('100,000 calls', `select ${'f('.repeat(100_000)}`)
measureHostile('100,000 subqueries', `select a from ${'(select a from '.repeat(100_000)}`)
measureHostile('fields', `select ${'a,'.repeat(500_000)}`)
measureHostile('unclosed string', `select 'a${'b'.repeat(1_000_000)}`)
measureHostile('unclosed regex', `select f from m where h =~ /${'a'.repeat(1_000_000)}`)
measureHostile('large regex', `select f from m where h =~ /${'(a|b)'.repeat(200_000)}/`)
measureHostile('escapes', `select '${"\\'".repeat(500_000)}`)
measureHostile('unclosed comment', `select a /*${'/*'.repeat(500_000)}`)
measureHostile('durations', `select ${'1h'.repeat(500_000)} from m`)
measureHostile('digits', `select ${'1'.repeat(1_000_000)} from m`)
measureHostile('number', `select ${'1'.repeat(1_000_000)}.5 from m`)
measureHostile('spaces', `select${' '.repeat(1_000_000)}`)
measureHostile('statements', 'show users;'.repeat(90_000))
measureHostile('dots', `select a from ${'a.'.repeat(500_000)}b`)
measureHostile('sums', `select f${'+1'.repeat(500_000)} from m`)
measureHostile('subqueries side by side', `select f from ${Array(50_000).fill('(select f from m)').join(',')}`)
measureHostile('repeating regex', `select f from m where h =~ /${'[a-z]{50}'.repeat(2_000)}/`)
measureHostile(
  'many regexes',
  `select f from m where ${Array.from({ length: 50_000 }, (_, i) => `h =~ /[a-z]+${i}/`).join(' or ')}`,
)
measureHostile('minus signs', `select ${'- '.repeat(500_000)}1 from m`)
