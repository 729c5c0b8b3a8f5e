/** Whether a client is on this machine: `args` must end with status 0. Tests of a missing client are skipped by name. */

import { spawnSync } from 'node:child_process'

export function isInstalled(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
