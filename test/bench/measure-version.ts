/** How long `hyperbyte --version` takes, beside a Node that does nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ownChild } from './own-children.js'
import { type Spread, spreadOf } from './statistics.js'

export type VersionResult = { versionMs: Spread; emptyNodeMs: Spread }

const RUNS = 15

export async function measureVersion(repository: string): Promise<VersionResult> {
  const versionMs: number[] = []
  const emptyNodeMs: number[] = []
  for (let run = 0; run < RUNS; run++) {
    versionMs.push(await timeNode([join(repository, 'bin/run.js'), '--version']))
    emptyNodeMs.push(await timeNode(['-e', '0']))
  }
  return { versionMs: spreadOf(versionMs), emptyNodeMs: spreadOf(emptyNodeMs) }
}

async function timeNode(args: string[]): Promise<number> {
  const startMs = performance.now()
  const child = ownChild(spawn(process.execPath, args, { stdio: 'ignore' }))
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with code ${code}`)
  return performance.now() - startMs
}
