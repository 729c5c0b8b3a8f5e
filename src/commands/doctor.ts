/** Is this machine fit to run the server? */

import { BaseCommand } from '../cli/base-command.js'
import { configFlags, readConfigFromFlags } from '../cli/config-flags.js'
import { exitCode } from '../cli/exit-codes.js'
import { renderFindings } from '../cli/render-findings.js'
import { type Finding, fail, ok, warn } from '../operations/doctor/finding.js'

export default class Doctor extends BaseCommand {
  static override summary = 'Check whether this machine is fit to run the server'
  static override description =
    `Looks at Node, kernel, limits, memory, clock, disk, native modules and the port, for the configuration that \`serve\` would use. Changes nothing; syncs one small file to measure the disk.

EXIT CODES
  0 fit, perhaps with warnings   8 something has to be changed first`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --config /etc/hyperbyte/hyperbyte.toml --json',
  ]
  static override flags = configFlags

  async run() {
    const { flags } = await this.parse(Doctor)
    const findings = await examine(flags)
    this.log(renderFindings(findings))
    const isFit = findings.every(({ state }) => state !== 'fail')
    if (!isFit) process.exitCode = exitCode('mismatch')
    return { schema: 'hyperbyte.doctor/1', fit: isFit, checks: findings }
  }
}

async function examine(flags: Parameters<typeof readConfigFromFlags>[0]): Promise<Finding[]> {
  const { examineMachine } = await import('../operations/doctor/examine-machine.js')
  const { thisMachine } = await import('../daemon/config/read-config.js')
  const { finding, dataDir, address } = await readPlace(flags)
  const { memoryBytes } = thisMachine()
  return [finding, ...(await examineMachine({ dataDir, address, memoryBytes }))]
}

/** A configuration with faults is a finding; the machine is then looked at with the defaults. */
async function readPlace(flags: Parameters<typeof readConfigFromFlags>[0]) {
  try {
    const { values, warnings } = await readConfigFromFlags(flags)
    const place = { dataDir: values['data.dir'], address: values['http.bind-address'] }
    const [warning] = warnings
    const finding =
      warning === undefined
        ? ok('configuration', 'right')
        : warn('configuration', warning, 'hyperbyte config check tells every warning')
    return { finding, ...place }
  } catch (error) {
    const { faults } = error as { faults?: readonly string[] }
    if (faults === undefined) throw error
    const { OPTIONS } = await import('../daemon/config/option-table.js')
    const { thisMachine } = await import('../daemon/config/read-config.js')
    const machine = thisMachine()
    return {
      finding: fail('configuration', faults[0], 'hyperbyte config check names every fault'),
      dataDir: flags['data-dir'] === undefined ? OPTIONS['data.dir'].default(machine) : String(flags['data-dir']),
      address: OPTIONS['http.bind-address'].default(machine),
    }
  }
}
