/** Runs a client program to its end and gives what it printed. It never waits for input, and not longer than three minutes. */

import { spawn } from 'node:child_process'

export interface ClientRun {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export function runClient(command: string, args: readonly string[]): Promise<ClientRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 180_000 })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}
