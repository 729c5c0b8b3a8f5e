/** What the server is busy with. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { serverFlags } from '../../cli/connection-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { type ListOptions, listShapeFlags, listShapeOf } from '../../cli/list-table.js'
import { withClient } from '../../cli/open-client.js'
import type { HttpClient } from '../../client/http-client.js'
import { runStatement } from '../../client/run-statement.js'

const SORTS = {
  p99: (a, b) => b.p99_s - a.p99_s,
  total: (a, b) => b.total_s - a.total_s,
  max: (a, b) => b.max_s - a.max_s,
  calls: (a, b) => b.calls - a.calls,
  errors: (a, b) => b.errors - a.errors,
} satisfies Record<string, (a: Shape, b: Shape) => number>

/** What was run, by the shape of its text. */
interface Shape {
  readonly text: string
  readonly database: string
  readonly calls: number
  readonly errors: number
  readonly rows: number
  readonly total_s: number
  readonly p99_s: number
  readonly max_s: number
}

/** As the server tells it. */
interface StatementCosts {
  readonly fingerprint: string
  readonly database: string
  readonly call_count: number
  readonly error_count: number
  readonly row_count: number
  readonly total_seconds: number
  readonly p99_seconds: number
  readonly max_seconds: number
}

export default class DebugSlow extends BaseCommand {
  static override summary = 'List the statements that run now and those that cost most, and end one with --kill'
  static override description =
    `Statements are counted by their shape, numbers and texts taken out, since the server started or somebody gave --reset.

EXIT CODES
  0 done   1 no such statement to end   4 server unreachable   5 not an admin`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --sort total',
    '<%= config.bin %> <%= command.id %> --kill 36',
    '<%= config.bin %> <%= command.id %> --sort total --json --reset',
  ]
  static override flags = {
    ...serverFlags,
    kill: Flags.integer({ min: 1, helpValue: 'ID', summary: 'End this statement.' }),
    sort: Flags.option({ options: Object.keys(SORTS) as (keyof typeof SORTS)[] })({
      default: 'p99' as const,
      summary: 'What comes first.',
    }),
    reset: Flags.boolean({ default: false, summary: 'Print what was counted until now, then begin anew.' }),
    top: Flags.integer({ default: 20, min: 1, helpValue: 'N', summary: 'Print so many shapes.' }),
    ...listShapeFlags,
  }

  async run() {
    const { flags } = await this.parse(DebugSlow)
    return await withClient(flags, async (client) => {
      if (flags.kill !== undefined) {
        await runStatement(client, `KILL QUERY ${flags.kill}`)
        this.log(`statement ${flags.kill} is ending`)
      }
      const running = await readRunning(client)
      const shapes = (await readShapes(client)).sort(SORTS[flags.sort])
      const shape = listShapeOf(flags)
      this.log(renderRunning(running, shape))
      if (shapes.length > 0) this.log(`\n${renderShapes(shapes.slice(0, flags.top), shape)}`)
      if (flags.reset) {
        await client.postJson('/api/v1/statements/forget')
        this.note('statements are counted anew from now on')
      }
      const killed = flags.kill ?? null
      return { schema: 'hyperbyte.debug.slow/1', killed, running, statements: shapes, reset: flags.reset }
    })
  }
}

async function readRunning(client: HttpClient) {
  const rows = (await runStatement(client, 'SHOW QUERIES')).flatMap(({ values = [] }) => values)
  return rows
    .map(([id, text, database, duration]) => ({
      id: Number(id),
      text: String(text),
      database: String(database ?? ''),
      duration_s: parseGoDuration(String(duration)),
    }))
    .sort((a, b) => b.duration_s - a.duration_s)
}

async function readShapes(client: HttpClient): Promise<Shape[]> {
  const { statements } = (await client.getJson('/api/v1/statements')) as { statements: readonly StatementCosts[] }
  return statements.map((each) => ({
    text: each.fingerprint,
    database: each.database,
    calls: each.call_count,
    errors: each.error_count,
    rows: each.row_count,
    total_s: each.total_seconds,
    p99_s: each.p99_seconds,
    max_s: each.max_seconds,
  }))
}

function renderRunning(running: Awaited<ReturnType<typeof readRunning>>, { wide }: ListOptions): string {
  const rows = running.map(({ id, text, database, duration_s: seconds }) => [
    String(id),
    seconds.toFixed(3),
    database,
    text,
  ])
  return textColumns(['#ID', '#SECONDS', 'DATABASE', '~RUNS NOW'], rows, { 'no-header': false, wide })
}

function renderShapes(shapes: readonly Shape[], options: ListOptions): string {
  const rows = shapes.map((shape) => [
    String(shape.calls),
    String(shape.errors),
    shape.p99_s.toFixed(3),
    shape.max_s.toFixed(3),
    shape.total_s.toFixed(1),
    shape.database,
    shape.text,
  ])
  return textColumns(['#CALLS', '#ERRORS', '#P99 S', '#MAX S', '#TOTAL S', 'DATABASE', '~STATEMENT'], rows, options)
}

const UNIT_S = { h: 3600, m: 60, s: 1, ms: 1e-3, u: 1e-6, µs: 1e-6, us: 1e-6, ns: 1e-9 } as const

/** `1m2.5s`, `57µs` → seconds. */
function parseGoDuration(text: string): number {
  let seconds = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)(ms|µs|us|ns|[hmsu])/g)) {
    seconds += Number(number) * UNIT_S[unit as keyof typeof UNIT_S]
  }
  return seconds
}
