/** How long a command of ours takes, from spawning it to its end. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ownChild } from './own-children.js'

/** Seconds. Throws with what the command said when it does not end with 0. */
export async function timeCommand(repository: string, args: readonly string[]): Promise<number> {
  const startMs = performance.now()
  const child = spawn(process.execPath, [join(repository, 'bin/run.js'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  ownChild(child)
  const said = text(child.stderr)
  const [code] = (await once(child, 'exit')) as [number | null]
  const seconds = (performance.now() - startMs) / 1000
  if (code !== 0) throw new Error(`hyperbyte ${args.join(' ')} ended with ${code}: ${await said}`)
  return seconds
}
