/** Starts one of the load clients as a process of its own, hands it a job and waits for its outcome. */
import { fork } from 'node:child_process'
import { ownChild } from './own-children.js'

export async function runClient<Job extends object, Outcome extends object>(
  moduleName: 'loader' | 'point-writer',
  job: Job,
): Promise<Exclude<Outcome, { error: string }>> {
  const child = ownChild(fork(new URL(`./${moduleName}.js`, import.meta.url), { execArgv: [] }))
  const outcome = await new Promise<Outcome>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Outcome))
    child.once('exit', (code) => reject(new Error(`${moduleName} ended early with code ${code}`)))
    child.send(job)
  })
  if ('error' in outcome) throw new Error(`${moduleName}: ${String(outcome.error)}`)
  return outcome as Exclude<Outcome, { error: string }>
}
