/** Is this machine fit for a server? Looks at one thing after the other and says about each what it found. */

import { release } from 'node:os'
import { checkDiskType, checkFreeSpace, checkPermissions, checkSync } from './check-disk.js'
import {
  checkClock,
  checkKernel,
  checkMemory,
  checkNode,
  checkOpenFiles,
  readClockFacts,
  readIfThere,
} from './check-process.js'
import { type Address, checkNativeModules, checkPort } from './check-surroundings.js'
import type { Finding } from './finding.js'

export interface MachineUnderTest {
  readonly dataDir: string
  readonly address: Address
  /** Physical memory, or the limit of the control group. */
  readonly memoryBytes: number
}

export async function examineMachine({ dataDir, address, memoryBytes }: MachineUnderTest): Promise<Finding[]> {
  return [
    checkNode(process.version),
    checkKernel(process.platform, release()),
    checkOpenFiles(readIfThere('/proc/self/limits')),
    checkMemory(memoryBytes),
    checkClock(readClockFacts(Date.now())),
    checkPermissions(dataDir),
    checkDiskType(dataDir),
    checkFreeSpace(dataDir),
    checkSync(dataDir, () => performance.now()),
    await checkNativeModules(),
    await checkPort(address),
  ]
}
