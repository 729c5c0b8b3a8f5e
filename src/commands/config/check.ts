/** Is the configuration right? Names every fault at once. */

import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { configFlags, readConfigFromFlags } from '../../cli/config-flags.js'
import { exitCode } from '../../cli/exit-codes.js'

export default class ConfigCheck extends BaseCommand {
  static override summary = 'Check the configuration that `serve` would use'
  static override description =
    `Reads the same files, environment variables and flags as \`serve\` and names every fault, not only the first.

EXIT CODES
  0 it is right   2 it is not`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> /etc/hyperbyte/hyperbyte.toml --profile production',
  ]
  static override args = {
    file: Args.string({ description: 'The file to check, instead of --config.' }),
  }
  static override flags = configFlags

  async run() {
    const { flags, args } = await this.parse(ConfigCheck)
    const { faults, warnings } = await check({ ...flags, config: args.file ?? flags.config })
    for (const warning of warnings) this.log(`! ${warning}`)
    for (const fault of faults) this.log(`✗ ${fault}`)
    if (faults.length === 0) this.log('✓ the configuration is right')
    else process.exitCode = exitCode('usage')
    return { schema: 'hyperbyte.config.check/1', valid: faults.length === 0, faults, warnings }
  }
}

async function check(flags: Parameters<typeof readConfigFromFlags>[0]) {
  try {
    const { warnings } = await readConfigFromFlags(flags)
    return { faults: [], warnings }
  } catch (error) {
    const { faults } = error as { faults?: readonly string[] }
    if (faults === undefined) throw error
    return { faults, warnings: [] }
  }
}
